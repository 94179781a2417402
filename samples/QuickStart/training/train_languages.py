# SPDX-License-Identifier: Apache-2.0
"""Trains the language detector of the QuickStart sample and writes it as ONNX.

Input  `ngrams`         int64[batch,ngrams], ids as in ngram_ids.py, 0 = padding at any place
Output `probabilities`  float32[batch,languages]

    /usr/bin/python3 train_languages.py --work /tmp/languages   # fetch, train, export, score; about half an hour

The model is the mean of the ids' rows in a table, one linear layer and a softmax. Whole documents are held out, and
so are three whole sources; the sentences in heldout.tsv were written for this sample and are in no source at all.
"""
import argparse
import collections
import json
import pathlib
import time
import zlib

import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper

from language_corpus import NAMES, UNSEEN_SOURCES, fetch, read_corpus, versions
from ngram_ids import BUCKETS, ngram_ids, word_ids, words

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE.parent
CODES = sorted(NAMES)
WIDTH = 24
PER_SOURCE = 4000       # sentences a language takes from one source at most
EVERYDAY = 60           # times that each phrase of everyday.tsv counts
PER_EPOCH = 8000        # sentences each language shows in one epoch
BATCH = 512


def read_tsv(path):
    lines = path.read_text("utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if line and not line.startswith("#")]


def read_own():
    return read_tsv(HERE / "golden/heldout.tsv")


def is_held_out(document):
    return zlib.crc32(document.encode()) % 8 == 0


def split(corpus, random):
    """Training sentences, those of held-out documents, those of unseen sources; no text stands on both sides."""
    training = collections.defaultdict(list)
    documents, sources = [], []
    for sentence in corpus:
        if sentence.source in UNSEEN_SOURCES:
            sources.append(sentence)
        elif is_held_out(sentence.document):
            documents.append(sentence)
        else:
            training[sentence.language, sentence.source].append(sentence.text)
    chosen = []
    for (language, _), texts in sorted(training.items()):
        random.shuffle(texts)
        chosen += [(language, text) for text in texts[:PER_SOURCE]]
    chosen += read_tsv(HERE / "everyday.tsv") * EVERYDAY
    trained = {text for _, text in chosen}
    return chosen, [s for s in documents if s.text not in trained], [s for s in sources if s.text not in trained]


class TrainingSet:
    """All ids in one array, with the places where words and sentences begin."""

    def __init__(self, chosen):
        ids, word_starts, sentence_starts = [], [], []
        total, word_count = 0, 0
        for _, text in chosen:
            sentence_starts.append(word_count)
            for word in words(text):
                found = np.array(word_ids(word), np.int32)
                ids.append(found)
                word_starts.append(total)
                total += len(found)
                word_count += 1
        self.ids = np.concatenate(ids)
        self.word_starts = np.array(word_starts + [total])
        self.sentence_starts = np.array(sentence_starts + [word_count])
        self.labels = np.array([CODES.index(language) for language, _ in chosen])
        self.by_label = [np.flatnonzero(self.labels == label) for label in range(len(CODES))]

    def epoch(self, random):
        rows = np.concatenate([random.choice(own, PER_EPOCH, replace=len(own) < PER_EPOCH) for own in self.by_label])
        random.shuffle(rows)
        for start in range(0, len(rows), BATCH):
            yield self.batch(rows[start:start + BATCH], random)

    def batch(self, rows, random):
        """Three quarters of the sentences are cut to a few neighbouring words; long pieces lose a fifth of the ids."""
        pieces = []
        for row in rows:
            first, end = self.sentence_starts[row], self.sentence_starts[row + 1]
            if random.random() < 0.75 and end - first > 3:
                length = min(end - first, 2 + int(random.exponential(4)))
                first = random.integers(first, end - length + 1)
                end = first + length
            piece = self.ids[self.word_starts[first]:self.word_starts[end]]
            pieces.append(piece[random.random(len(piece)) < 0.8] if len(piece) > 20 else piece)
        offsets = np.cumsum([0] + [len(piece) for piece in pieces[:-1]])
        return (torch.from_numpy(np.concatenate(pieces).astype(np.int64)), torch.from_numpy(offsets),
                torch.from_numpy(self.labels[rows]))


def train(chosen, epochs, random):
    data = TrainingSet(chosen)
    print(f"{len(chosen)} training sentences, {len(data.ids)} ids", flush=True)
    table = nn.EmbeddingBag(BUCKETS + 1, WIDTH, mode="mean")
    nn.init.uniform_(table.weight, -0.05, 0.05)
    head = nn.Linear(WIDTH, len(CODES))
    parameters = [*table.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    steps = epochs * -(-len(CODES) * PER_EPOCH // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.03, total_steps=steps, pct_start=0.1)
    started = time.monotonic()
    for epoch in range(epochs):
        total, right, seen = 0.0, 0, 0
        for ids, offsets, labels in data.epoch(random):
            logits = head(table(ids, offsets))
            loss = F.cross_entropy(logits, labels)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(labels)
            right += int((logits.argmax(1) == labels).sum())
            seen += len(labels)
        print(f"epoch {epoch + 1}: loss {total / seen:.4f}, right {right / seen:.4f}, "
              f"{time.monotonic() - started:.0f} s", flush=True)
    return table.weight.detach().numpy(), head.weight.detach().numpy(), head.bias.detach().numpy()


class Quantized:
    """The exported arithmetic in numpy: bytes in the table, their scale folded into the linear layer."""

    def __init__(self, table, weight, bias):
        # Each column gets a scale of its own; a hundredth of a per cent of its values may be clipped.
        scale = np.quantile(np.abs(table[1:]), 0.9999, axis=0) / 127
        self.table = np.clip(np.rint(table / scale), -127, 127).astype(np.int8)
        self.table[0] = 0
        self.weight = (weight * scale).T.astype(np.float32).copy()
        self.bias = bias.astype(np.float32)

    def probabilities(self, ids):
        mean = self.table[ids].astype(np.float32).sum(0) / max(1, np.count_nonzero(ids))
        logits = mean @ self.weight + self.bias
        values = np.exp(logits - logits.max())
        return values / values.sum()

    def export(self, path):
        nodes = [
            helper.make_node("Gather", ["table", "ngrams"], ["bytes"], axis=0),
            helper.make_node("Cast", ["bytes"], ["rows"], to=TensorProto.FLOAT),
            helper.make_node("ReduceSum", ["rows", "ngrams_axis"], ["sum"], keepdims=0),
            # Row 0 of the table is zero, so padding adds nothing; it must not be counted either.
            helper.make_node("Cast", ["ngrams"], ["present"], to=TensorProto.BOOL),
            helper.make_node("Cast", ["present"], ["ones"], to=TensorProto.FLOAT),
            helper.make_node("ReduceSum", ["ones", "ngrams_axis"], ["count"], keepdims=1),
            helper.make_node("Max", ["count", "one"], ["divisor"]),
            helper.make_node("Div", ["sum", "divisor"], ["mean"]),
            helper.make_node("Gemm", ["mean", "weight", "bias"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1),
        ]
        constants = {"table": self.table, "weight": self.weight, "bias": self.bias,
                     "ngrams_axis": np.array([1], np.int64), "one": np.array(1, np.float32)}
        graph = helper.make_graph(
            nodes, "languages",
            [helper.make_tensor_value_info("ngrams", TensorProto.INT64, ["batch", "ngrams"])],
            [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["batch", len(CODES)])],
            [numpy_helper.from_array(value, name) for name, value in constants.items()])
        model = helper.make_model(graph, producer_name="train_languages.py",
                                  opset_imports=[helper.make_opsetid("", 17)])
        model.ir_version = 8
        helper.set_model_props(model, {
            "names": json.dumps({str(i): code for i, code in enumerate(CODES)}),
            "displayNames": json.dumps(NAMES, ensure_ascii=False),
            "description": "Languages of texts by hashed n-grams; ids and padding as in ngram_ids.py",
            "buckets": str(BUCKETS),
        })
        onnx.checker.check_model(model)
        path.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, str(path))


def score(model, title, rows, least, most=400):
    """Accuracy over the languages' means and in each language, over at most `most` rows each; and what goes wrong."""
    by_language = collections.defaultdict(list)
    for language, text in rows:
        if len(text) >= least and len(by_language[language]) < most:
            by_language[language].append(text)
    accuracy, confusions, right, total = {}, collections.Counter(), 0, 0
    for language, texts in sorted(by_language.items()):
        hits = 0
        for text in texts:
            answer = CODES[int(model.probabilities(np.array(ngram_ids(text), np.int64)).argmax())]
            hits += answer == language
            if answer != language:
                confusions[language, answer] += 1
        accuracy[language] = hits / len(texts)
        right, total = right + hits, total + len(texts)
    print(f"\n{title}, {least} characters or more: {right / total:.4f} of {total} sentences in {len(accuracy)} "
          f"languages; mean over languages {np.mean(list(accuracy.values())):.4f}")
    print("  " + "  ".join(f"{language} {100 * value:.1f} ({len(by_language[language])})"
                           for language, value in sorted(accuracy.items(), key=lambda item: item[1])))
    print("  taken for another: " + ", ".join(f"{a} for {b} {n}" for (a, b), n in confusions.most_common(12)),
          flush=True)


def write_golden(model, path):
    """Two sentences of our own in each language, with what the featuriser and the model make of them."""
    by_language = collections.defaultdict(list)
    for language, text in read_own():
        by_language[language].append(text)
    rows = []
    for language in sorted(by_language):
        for text in by_language[language][:2]:
            ids = ngram_ids(text)
            answer = model.probabilities(np.array(ids, np.int64))
            rows.append({"text": text, "language": language, "count": len(ids), "first": ids[:20], "sum": sum(ids),
                         "predicted": CODES[int(answer.argmax())], "probability": round(float(answer.max()), 6)})
    path.write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n", "utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default="/tmp/languages", type=pathlib.Path, help="scratch folder, 2 GB")
    parser.add_argument("--epochs", default=12, type=int)
    parser.add_argument("--out", default=SAMPLE, type=pathlib.Path, help="the sample's folder")
    options = parser.parse_args()

    torch.manual_seed(1)
    random = np.random.default_rng(1)
    fetch(options.work)
    print("\n".join(versions(options.work)))
    chosen, documents, sources = split(read_corpus(options.work), random)
    random.shuffle(documents)
    random.shuffle(sources)
    model = Quantized(*train(chosen, options.epochs, random))
    model.export(options.out / "models/languages/model.onnx")
    score(model, "held-out documents of known sources", [(s.language, s.text) for s in documents], 40)
    score(model, "held-out documents of known sources", [(s.language, s.text) for s in documents], 20)
    score(model, "sources never trained on", [(s.language, s.text) for s in sources], 40)
    if (HERE / "golden/heldout.tsv").exists():
        score(model, "sentences written for this sample", read_own(), 0)
        score(model, "the same, cut to 20 characters", [(language, text[:20]) for language, text in read_own()], 0)
        write_golden(model, options.out / "training/golden/languages.json")


if __name__ == "__main__":
    main()
