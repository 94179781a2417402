// SPDX-License-Identifier: Apache-2.0
//
// A stand-in for libonnxruntime.so that lets the managed library run on an older native one, for test runs only. ONNX Runtime's function
// table only grows at its end, so the older table, followed by functions that answer with an error, serves as the newer one.
//
//   cc -shared -fPIC -O1 -DOLD_API=30 -DOLD_COUNT=426 -o libonnxruntime.so older_core.c -ldl -Wl,-rpath,'$ORIGIN'
//
// with the older library beside it as libonnxruntime.so.1. OLD_COUNT is the number of functions in the table of version OLD_API.
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#define ROOM 640

struct api_base {
    const void *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
};

static const struct api_base *core;
static void *functions[ROOM];

static void *not_there(void)
{
    // The first function of every table makes a status.
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
