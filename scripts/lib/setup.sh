# Sourced by the scripts: finds or installs the pinned Bun inside the project folder, then the locked dependencies.
# Touches nothing outside the project folder; needs npm, and the network only the first time.

set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$root"
pinned_bun="$(sed -n 's/.*"bun": "\([0-9.]*\)".*/\1/p' package.json)"

[ -n "$pinned_bun" ] || { echo "decnet: package.json pins no Bun" >&2; exit 1; }

fail() {
  echo "decnet: $1" >&2
  exit 1
}

bun_package() {
  local libc=""
  if ldd --version 2>&1 | grep -qi musl; then libc="-musl"; fi
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) echo "@oven/bun-linux-x64$libc" ;;
    Linux-aarch64 | Linux-arm64) echo "@oven/bun-linux-aarch64$libc" ;;
    *) fail "decnet runs on Linux on x86-64 or ARM64; this is $(uname -s) on $(uname -m)" ;;
  esac
}

setup_bun() {
  local package binary
  package="$(bun_package)"
  binary="$root/.tools/node_modules/$package/bin/bun"
  if [ "$("$binary" --version 2>/dev/null)" = "$pinned_bun" ]; then
    bun="$binary"
  elif command -v bun >/dev/null && [ "$(bun --version)" = "$pinned_bun" ]; then
    bun="$(command -v bun)"
  else
    command -v npm >/dev/null || fail "npm is needed to install Bun $pinned_bun; install Node.js with npm first"
    echo "decnet: installing Bun $pinned_bun into .tools (once)" >&2
    rm -rf .tools/node_modules
    npm install --prefix .tools --no-save --no-audit --no-fund --loglevel=error "$package@$pinned_bun" >&2 ||
      fail "Bun could not be installed from npm; check the network and try again"
    bun="$binary"
    chmod +x "$bun"
  fi
  export PATH="$(dirname "$bun"):$PATH"
}

setup_dependencies() {
  # Bun writes nothing when all is installed as locked.
  bun install --frozen-lockfile --silent >&2 || fail "the locked dependencies could not be installed; check the network and try again"
}

setup_bun
setup_dependencies
