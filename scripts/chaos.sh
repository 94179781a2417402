#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A long run of the chaos program: scripts/chaos.sh [REQUESTS] [SEED]. Its line of figures goes to artifacts/chaos.txt, too.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p artifacts
dotnet run -c Release --project tests/Inference.Hosting.Chaos -- --requests "${1:-1000000}" --seed "${2:-1}" --report artifacts/chaos.txt
