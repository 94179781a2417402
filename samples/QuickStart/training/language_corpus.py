# SPDX-License-Identifier: Apache-2.0
"""Sentences in 38 languages out of Debian packages: fetched with apt, unpacked into a scratch folder, never installed.

`read_corpus(work)` lists Sentence(language, source, document, text). A document is a message catalogue, a help page
or a family of package descriptions; it has the same name in every language, so whoever holds a document out holds it
out in all languages at once.
"""
import collections
import gettext
import html
import pathlib
import re
import subprocess
import zipfile

Sentence = collections.namedtuple("Sentence", "language source document text")

NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
    "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nb": "Norwegian Bokmål", "nl": "Dutch",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian",
    "sr": "Serbian", "sv": "Swedish", "th": "Thai", "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese",
    "zh": "Chinese",
}

# ISO 639-1 code: the names that catalogues and folders use for it.
LANGUAGES = {code: [code] for code in NAMES}
LANGUAGES["nb"] += ["nb_NO", "nb-NO", "no"]
LANGUAGES["pt"] += ["pt_BR", "pt_PT", "pt-BR", "pt-PT", "pt-br"]
LANGUAGES["zh"] += ["zh_CN", "zh_TW", "zh-CN", "zh-TW", "zh-cn", "zh-tw"]
LANGUAGES["en"] += ["en-US"]
LANGUAGES["hi"] += ["hi-IN"]
CODES = {alias: code for code, aliases in LANGUAGES.items() for alias in aliases}

CATALOGUES = ["wesnoth-1.16-data", "wesnoth-1.16-httt", "wesnoth-1.16-utbs", "wesnoth-1.16-sotbe", "wesnoth-1.16-tsg",
              "wesnoth-1.16-trow", "freeciv-data", "inkscape", "vlc-l10n", "gnucash-common",
              "gnome-control-center-data", "digikam-data", "gramps", "evolution-common"]
CATALOGUES += ["libreoffice-l10n-" + code for code in "ar fa he hi th hr lt lv ro sr bg uk nb id vi".split()]
HELP = ["libreoffice-help-" + code for code in "en-us hi tr et id vi sk sl ca".split()]
PAGES = ["gnome-user-docs", "installation-guide-amd64"]
FIREFOX = ["firefox-esr-l10n-" + code for code in
           "ar th he hi-in fa nb-no id vi et lv lt hr sr bg ro ko el sl sk tr".split()]
DESCRIPTIONS = "cs da de en es fi fr hu it ja ko nl pl pt pt_BR ru sk sr sv uk zh_CN".split()

# Nothing of these sources is trained on: they measure how the model does on another kind of text.
UNSEEN_SOURCES = {"gramps", "evolution-common", "installation-guide-amd64"}

SCRIPTS = {
    "ar": "\u0600-\u06ff", "fa": "\u0600-\u06ff", "he": "\u0590-\u05ff", "hi": "\u0900-\u097f", "th": "\u0e00-\u0e7f",
    "el": "\u0370-\u03ff", "bg": "\u0400-\u04ff", "ru": "\u0400-\u04ff", "sr": "\u0400-\u04ff", "uk": "\u0400-\u04ff",
    "ja": "\u3040-\u30ff\u4e00-\u9fff", "zh": "\u4e00-\u9fff", "ko": "\uac00-\ud7af",
}
IN_SCRIPT = {code: re.compile(f"[{SCRIPTS.get(code, 'A-Za-zÀ-ɏƀ-ɏẀ-ỿ')}]") for code in LANGUAGES}
ENGLISH = re.compile(r"\b(the|and|with|this|that|from|which|your|you|have|been|should|will)\b", re.I)
NOISE = re.compile(r"https?:\S+|\S+@\S+|\S*[/\\_=<>{}$#|~^*]\S*|%\S*|\b\w*\d\w*\b")
CODE = re.compile(r"\S*[\\<>{}$#|=]\S*|\w+\(\)|--\w")
TAGS = re.compile(r"<[^<>]*>")
SENTENCE_END = re.compile(r"(?<=[.!?।؟۔])\s+|(?<=[。！？])")
SPACES = re.compile(r"\s+")


def fetch(work):
    """Downloads and unpacks the packages, and the package descriptions' translations, with apt's ordinary client."""
    debs, tree, lists = work / "debs", work / "x", work / "apt"
    for folder in (debs, tree, lists / "lists/partial"):
        folder.mkdir(parents=True, exist_ok=True)
    packages = CATALOGUES + HELP + PAGES + FIREFOX
    missing = [package for package in packages if not list(debs.glob(package + "_*.deb"))]
    if missing:
        subprocess.run(["apt-get", "-q", "download", *missing], cwd=debs, check=True)
    for package in packages:
        if not (tree / package).exists():
            subprocess.run(["dpkg", "-x", str(next(debs.glob(package + "_*.deb"))), str(tree / package)], check=True)
    if not list((lists / "lists").glob("*Translation-de*")):
        wanted = " ".join(f'"{code}";' for code in DESCRIPTIONS)
        (lists / "conf").write_text(f'#clear Acquire::Languages;\nDir::State::lists "{lists}/lists";\n'
                                    'Dir::Cache::pkgcache "";\nDir::Cache::srcpkgcache "";\n'
                                    f"Acquire::Languages {{ {wanted} }};\n")
        subprocess.run(["apt-get", "-q", "-c", str(lists / "conf"), "update"], check=True)


def versions(work):
    """The packages as read: name and version, one a line."""
    return sorted(path.name.split("_")[0] + " " + path.name.split("_")[1].replace("%3a", ":")
                  for path in (work / "debs").glob("*.deb"))


def sentences(text):
    text = html.unescape(TAGS.sub(" ", text)).replace("\\n", " ")
    text = text.replace("&", "").replace("~", "").replace("\u00ad", "")
    for part in SENTENCE_END.split(SPACES.sub(" ", text)):
        part = part.strip()
        if part and len(CODE.findall(part)) < 3:
            yield SPACES.sub(" ", NOISE.sub(" ", part)).strip(" -–—:;,•·'\"()[]")


def is_clean(language, text):
    """Long enough to mean something, mostly letters, in the language's own script, and not left in English."""
    dense = language in ("ja", "zh", "ko", "th")
    if not (12 if dense else 25) <= len(text) <= 300:
        return False
    if len(IN_SCRIPT[language].findall(text)) < (0.6 if language in SCRIPTS else 0.7) * len(text.replace(" ", "")):
        return False
    if language == "zh" and re.search("[\u3040-\u30ff]", text):
        return False
    return language == "en" or len(ENGLISH.findall(text)) < 2


def read_catalogues(folder, package):
    for path in sorted(folder.rglob("*.mo")):
        name = path.parts[-3]
        if name not in CODES:
            continue
        document = re.sub("-l10n-.*", "-l10n", package) + ":" + path.stem
        try:
            with open(path, "rb") as file:
                catalogue = gettext.GNUTranslations(file)._catalog
        except (OSError, UnicodeDecodeError, ValueError):
            continue
        for key, value in catalogue.items():
            key = key[0] if isinstance(key, tuple) else key
            key = key.split("\4")[-1]
            if key and value and key != value:
                # Catalogues hide notes for translators before a caret (Wesnoth) and access keys behind an underscore.
                yield "en", document, key.split("^")[-1].replace("_", "")
                yield CODES[name], document, value.replace("_", "")


def read_pages(folder, package):
    paragraph = re.compile(r"<p\b[^>]*>(.*?)</p>", re.S)
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".page", ".html") or not path.is_file() or path.is_symlink():
            continue
        name = "en" if "C" in path.parts else next((part for part in path.parts if part in CODES), None)
        if name is None:
            continue
        for text in paragraph.findall(path.read_text("utf-8", "replace")):
            yield CODES[name], package.rsplit("-", 1)[0] + ":" + path.stem.split(".")[0], text


def read_firefox(folder, package):
    line = re.compile(r"^(?:[\w.-]+|    \.[\w-]+)? *= *(.+)$|^    ([^.\s].+)$", re.M)
    for path in folder.rglob("*.xpi"):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith((".ftl", ".properties")):
                    language = package.split("-l10n-")[1].split("-")[0]
                    for first, second in line.findall(archive.read(name).decode("utf-8", "replace")):
                        yield language, "firefox:" + name.split("/")[-1], first or second


def read_descriptions(work, name):
    pattern = re.compile(f".*_bookworm_main_i18n_Translation-{name.replace('_', '%5f')}([.].*)?")
    for path in sorted(path for path in (work / "apt/lists").iterdir() if pattern.fullmatch(path.name)):
        text = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", str(path)], check=True, stdout=subprocess.PIPE)
        for entry in text.stdout.decode("utf-8", "replace").split("\n\n"):
            package, _, rest = entry.partition("\nDescription-md5:")
            if rest:
                document = "descriptions:" + re.split("[-0-9.]", package.replace("Package: lib", "Package: ")[9:])[0]
                body = re.sub(r"^\S*:", "", rest.partition("\n")[2])
                yield CODES[name], document, re.sub(r"\n \.\n|\n {2,}", ". ", body)


def read_corpus(work):
    """Every clean sentence once per language; what stands in several was not translated, so only English keeps it."""
    def all_texts():
        for package in PAGES + HELP:
            yield package, read_pages(work / "x" / package, package)
        for package in CATALOGUES:
            yield package, read_catalogues(work / "x" / package, package)
        for package in FIREFOX:
            yield package, read_firefox(work / "x" / package, package)
        for name in DESCRIPTIONS:
            yield "descriptions", read_descriptions(work, name)

    seen = collections.defaultdict(set)
    kept = []
    for source, texts in all_texts():
        for code in ("-l10n-", "-help-"):
            source = source.split(code)[0] + code.rstrip("-") if code in source else source
        if source.startswith("wesnoth"):
            source = "wesnoth"
        counts = collections.Counter()
        for language, document, text in texts:
            if counts[language] >= 40000:
                continue
            for sentence in sentences(text):
                if is_clean(language, sentence) and sentence not in seen[language]:
                    seen[language].add(sentence)
                    counts[language] += 1
                    kept.append(Sentence(language, source, document, sentence))
    languages_of = collections.Counter(s.text for s in kept)
    return [s for s in kept if s.language == "en" or languages_of[s.text] == 1]
