# Shared by scripts/run and scripts/test; sourced, never run.
# Expects `set -euo pipefail`. Sets: repo, bin.
# shellcheck shell=bash

repo="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# shellcheck disable=SC2034  # used by the scripts that source this file
bin="$repo/build/release/bin"
export LC_ALL=C.UTF-8
export HOME="${HOME:-$repo/build}"  # ccache wants one

say() { printf '==> %s\n' "$*"; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# The names in scripts/packages, without comments.
package_names() { sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$repo/scripts/packages"; }

missing_packages() {
  local name state
  while read -r name; do
    state="$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || true)"
    [[ "$state" == installed ]] || printf '%s\n' "$name"
  done < <(package_names)
}

# Runs a command as root: directly, or with sudo.
as_root() {
  if [[ "$(id -u)" == 0 ]]; then
    "$@"
  else
    sudo "$@"
  fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@"; }

# Whether apt's lists know every one of these packages.
apt_knows() {
  local name
  for name in "$@"; do
    apt-cache show --no-all-versions "$name" >/dev/null 2>&1 || return 1
  done
}

# Installs what is missing of scripts/packages, and nothing else.
install_missing() {
  command -v dpkg-query >/dev/null ||
    die "this is not Debian; install the counterparts of scripts/packages by hand"
  local missing
  mapfile -t missing < <(missing_packages)
  [[ "${#missing[@]}" -gt 0 ]] || return 0
  if [[ "$(id -u)" != 0 ]] && ! command -v sudo >/dev/null; then
    die "these packages are missing and neither root nor sudo is at hand to install them;
as root: apt-get install ${missing[*]}"
  fi
  say "installing ${missing[*]}"
  apt_knows "${missing[@]}" || apt update
  if ! apt install --no-install-recommends "${missing[@]}"; then
    # The lists may be older than the archive.
    apt update
    apt install --no-install-recommends "${missing[@]}"
  fi
}

# Compiler processes at once: one per core, and one per 2 GiB of memory.
jobs_max() {
  local cores kib limit by_memory
  cores="$(nproc)"
  kib="$(awk '$1 == "MemTotal:" {print $2}' /proc/meminfo)"
  if [[ -r /sys/fs/cgroup/memory.max ]]; then
    limit="$(cat /sys/fs/cgroup/memory.max)"
    if [[ "$limit" != max ]] && ((limit / 1024 < kib)); then kib=$((limit / 1024)); fi
  fi
  by_memory=$((kib / (2 * 1024 * 1024)))
  if ((by_memory < 1)); then by_memory=1; fi
  if ((by_memory < cores)); then cores="$by_memory"; fi
  printf '%s\n' "$cores"
}

# build PRESET [TARGET...]: configures and builds.
build() {
  local preset="$1"
  shift
  local targets=()
  if [[ $# -gt 0 ]]; then targets=(--target "$@"); fi
  say "building $preset"
  (
    cd "$repo" || exit
    cmake --preset "$preset" >"$repo/build/$preset.configure.log" 2>&1 || {
      cat "$repo/build/$preset.configure.log" >&2
      exit 1
    }
    cmake --build --preset "$preset" -j "$(jobs_max)" "${targets[@]}"
  )
}

mkdir -p "$repo/build"
