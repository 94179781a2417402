// SPDX-License-Identifier: Apache-2.0
//
// Lets the managed ONNX Runtime run on a native library that is a minor version older than itself, in test runs only: the only build with
// WebGPU that a package brings is one version behind, and the managed library asks for the function table of its own version, or nothing.
//
// ONNX Runtime never moves or removes an entry of its table, it adds new ones at the end. So the older table is a beginning of the newer one:
// this library answers OrtGetApiBase with the older entries, followed by a function that only returns an error. Whoever calls one of those
// gets an exception with the text below; nothing crashes, and nothing pretends to work.
//
//   cc -shared -fPIC -O1 -DOLD_API=30 -DOLD_COUNT=426 -o libonnxruntime.so older_core.c -ldl -Wl,-rpath,'$ORIGIN'
//
// with the older library beside it as libonnxruntime.so.1. OLD_COUNT is the number of entries in the table of version OLD_API: one too many
// would read beyond it, so it is counted in that version's onnxruntime_c_api.h and never guessed.
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

// More than any version has; the managed library reads as many entries as it knows.
#define ROOM 640

struct api_base {
    const void *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
};

static const struct api_base *core;
static void *functions[ROOM];

// Functions of the table return a status or nothing; more arguments than a function reads do no harm in the C calling convention.
static void *not_there(void)
{
    // The first entry of every table makes a status; 9 stands for "not implemented".
    void *(*make_status)(int code, const char *text) = (void *(*)(int, const char *))functions[0];
    return make_status(9, "this function is newer than the native library");
}

static const void *get_api(uint32_t version)
{
    return version <= OLD_API ? core->get_api(version) : functions;
}

__attribute__((visibility("default"))) const struct api_base *OrtGetApiBase(void)
{
    static struct api_base answer;
    if (core == NULL) {
        void *library = dlopen("libonnxruntime.so.1", RTLD_NOW | RTLD_GLOBAL);
        if (library == NULL) {
            return NULL;
        }

        core = ((const struct api_base *(*)(void))dlsym(library, "OrtGetApiBase"))();
        for (int i = 0; i < ROOM; i++) {
            functions[i] = (void *)not_there;
        }

        memcpy(functions, core->get_api(OLD_API), OLD_COUNT * sizeof(void *));
        answer.get_api = get_api;
        answer.get_version = core->get_version;
    }

    return &answer;
}
