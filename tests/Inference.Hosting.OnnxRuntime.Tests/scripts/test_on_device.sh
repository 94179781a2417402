#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the tests that hold on every device (trait Suite=Device) on one that is not the processor.
#
#   usage: test_on_device.sh webgpu | cuda:0 | tensorrt:0 | DEVICE [--no-build] [filters of the test program]
#
# webgpu needs no card: ONNX Runtime's WebGPU provider computes on SwiftShader, a Vulkan driver in software. What that takes is restored by
# package name into the ignored folder .models and checked, about 120 MB once; Linux on x64 with npm, apt and a C compiler.
#
# Any other device takes its native library from the NuGet package in NATIVE_PACKAGE (for cuda and tensorrt: Microsoft.ML.OnnxRuntime.Gpu).
# It is printed which card and which versions a run was on.
#
# The exit code is 77, with the reason, when there is no card or a piece cannot be had; otherwise that of the test run.
set -euo pipefail

device=${1:?usage: test_on_device.sh DEVICE [--no-build] [filters]}
shift
build=true
if [ "${1:-}" = --no-build ]; then
  build=false
  shift
fi

tests=$(cd "$(dirname "$0")/.." && pwd)
root=$(cd "$tests/../.." && pwd)
name=Inference.Hosting.OnnxRuntime.Tests
configuration=${CONFIGURATION:-Release}
work=$root/.models/webgpu

# The core of npm's package: a minor version older than the managed library, with WebGPU in it.
core_package=onnxruntime-node@1.30.0
core_sha512=b7086cd42d82fc1164cf5c9ce4e634288536194aba0d444eee10f86f1e50d90cb79c0309c115d6f31537355733136f5503d96894b3987a9a03f1f8d318e7c8ab
core_sha256=ffb75a925ba05e47b235bb66e3e3911714a80b328a9c9425539feb204aa32a23
core_entries=426

last_line() {
  sed '/^[[:space:]]*$/d' "$1" | tail -n 1
}

give_up() {
  echo "Cannot test on $device: $1"
  exit 77
}

# Takes files out of a Debian package, without installing it; apt checks what it fetches: unpack FOLDER PACKAGE FILES
unpack() {
  local folder=$1 package=$2 files=$3 as_root=() download
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || give_up "apt-get is not there to bring $package."
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  download=$(mktemp -d)
  # apt fetches as a user of its own where it can, and says so where it cannot.
  chmod 755 "$download"
  if ! (
    cd "$download"
    apt-get download -qq "$package" || { "${as_root[@]}" apt-get update -qq && apt-get download -qq "$package"; }
  ) >"$download/apt.log" 2>&1; then
    local reason
    reason=$(last_line "$download/apt.log")
    rm -rf "$download"
    give_up "apt could not bring $package: $reason"
  fi

  mkdir -p "$folder"
  dpkg-deb --fsys-tarfile "$download"/*.deb | tar -x -C "$folder" --wildcards "$files"
  rm -rf "$download"
}

restore_core() {
  core=$work/$core_sha256/libonnxruntime.so.1
  if [ -e "$core" ] && echo "$core_sha256  $core" | sha256sum --check --status; then
    return
  fi

  command -v npm >/dev/null || give_up "npm is not installed, so $core_package cannot be fetched."
  local download
  download=$(mktemp -d)
  # Packed, never installed: none of its scripts run.
  if ! npm pack "$core_package" --ignore-scripts --loglevel error --pack-destination "$download" >"$download/npm.log" 2>&1; then
    local reason
    reason=$(sed '/complete log/d' "$download/npm.log" | sed '/^[[:space:]]*$/d' | head -n 1)
    rm -rf "$download"
    give_up "npm could not fetch $core_package: $reason"
  fi

  local archive
  archive=$(echo "$download"/*.tgz)
  if ! echo "$core_sha512  $archive" | sha512sum --check --status; then
    rm -rf "$download"
    echo "$core_package has another SHA-512 than the one this script knows: it is not used."
    exit 1
  fi

  mkdir -p "$(dirname "$core")"
  tar -xzf "$archive" -C "$download" 'package/bin/napi-v6/linux/x64/libonnxruntime.so.1'
  mv "$download"/package/bin/napi-v6/linux/x64/libonnxruntime.so.1 "$core"
  rm -rf "$download"
  echo "$core_sha256  $core" | sha256sum --check --quiet
}

restore_driver() {
  driver=/usr/lib/chromium
  if [ ! -e "$driver/vk_swiftshader_icd.json" ]; then
    driver=$work/driver/usr/lib/chromium
    [ -e "$driver/vk_swiftshader_icd.json" ] || unpack "$work/driver" chromium-common './usr/lib/chromium/*vk_swiftshader*'
  fi

  if ! ldconfig -p 2>/dev/null | grep -q 'libvulkan\.so\.1'; then
    local loader=$work/loader/usr/lib/x86_64-linux-gnu
    [ -e "$loader/libvulkan.so.1" ] || unpack "$work/loader" libvulkan1 './usr/lib/*/libvulkan.so.1*'
    export LD_LIBRARY_PATH=$loader${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  fi

  export VK_DRIVER_FILES=$driver/vk_swiftshader_icd.json VK_ICD_FILENAMES=$driver/vk_swiftshader_icd.json
}

# A copy of the tests with the other native library in place of the official one; see native/older_core.c.
replace_core() {
  local compiler
  compiler=$(command -v cc || command -v gcc || command -v clang) || give_up "there is no C compiler."
  local native=$work/run/runtimes/linux-x64/native
  rm -rf "$work/run"
  cp -al "$output" "$work/run" 2>/dev/null || { rm -rf "$work/run" && cp -r "$output" "$work/run"; }
  rm -f "$native"/libonnxruntime.so*
  cp "$core" "$native/libonnxruntime.so.1"
  "$compiler" -shared -fPIC -O1 -DOLD_API=30 -DOLD_COUNT=$core_entries -o "$native/libonnxruntime.so" "$tests/native/older_core.c" -ldl '-Wl,-rpath,$ORIGIN'
  output=$work/run
}

case $device in
  webgpu*)
    [ "$(uname -sm)" = "Linux x86_64" ] || give_up "the package that has WebGPU is used on Linux x64 only."
    restore_core
    restore_driver
    # Here everything was brought, so a device that is not there is a failure.
    export INFERENCE_HOSTING_TEST_DEVICE_REQUIRED=1 INFERENCE_HOSTING_TEST_OLDER_NATIVE=$core
    ;;
  cuda* | tensorrt*)
    native_package=${NATIVE_PACKAGE:-Microsoft.ML.OnnxRuntime.Gpu}
    nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null || give_up "nvidia-smi finds no NVIDIA card."
    ;;
  *)
    native_package=${NATIVE_PACKAGE:-Microsoft.ML.OnnxRuntime}
    ;;
esac

if $build; then
  dotnet build "$tests" -c "$configuration" -v quiet ${native_package:+-p:NativePackage="$native_package"}
fi

output=$tests/bin/$configuration/net10.0
if [[ $device == webgpu* ]]; then
  replace_core
fi

export INFERENCE_HOSTING_TEST_DEVICE=$device
cd "$root"
INFERENCE_HOSTING_TEST_PROBE=$device "$output/$name" | sed -n 1p
dotnet test --root-directory "$output" --test-modules "$name.dll" --filter-trait Suite=Device "$@"
