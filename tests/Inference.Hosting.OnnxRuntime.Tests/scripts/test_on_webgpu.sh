#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the device tests on ONNX Runtime's WebGPU provider with a software GPU, so that the path of devices that are not the processor is
# tested on a machine without any. Debian, x64; needs npm, a C compiler and libvulkan1. Fetches about 145 MB; takes a few minutes.
#
#   usage: test_on_webgpu.sh [folder for what is fetched]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tests=$(dirname "$here")
work=$(realpath -m "${1:-$tests/../../.models/webgpu}")
mkdir -p "$work"
cd "$work"

# 1. A native library with WebGPU in it, and a GPU in software.
if [ ! -e node/package ]; then
    npm pack onnxruntime-node@1.30.0 --ignore-scripts --silent
    mkdir -p node && tar -xzf onnxruntime-node-1.30.0.tgz -C node --wildcards 'package/bin/napi-v*/linux/x64/*'
fi
if [ ! -e swiftshader ]; then
    apt-get download chromium-common
    dpkg -x chromium-common_*.deb swiftshader
fi

# 2. The tests, with that library in place of the official one.
dotnet build "$tests" -v quiet
rm -rf run && cp -r "$tests/bin/Debug/net10.0" run
native=run/runtimes/linux-x64/native
rm -f "$native"/libonnxruntime*
cp node/package/bin/napi-v*/linux/x64/libonnxruntime.so.1 "$native/"
cc -shared -fPIC -O1 -DOLD_API=30 -DOLD_COUNT=426 -o "$native/libonnxruntime.so" "$here/older_core.c" -ldl '-Wl,-rpath,$ORIGIN'

# 3. The run.
export VK_ICD_FILENAMES=$work/swiftshader/usr/lib/chromium/vk_swiftshader_icd.json
export INFERENCE_HOSTING_TEST_DEVICE=webgpu
exec run/Inference.Hosting.OnnxRuntime.Tests -trait Device=Environment
