# Sourced with relayq_home set. Leaves Node 24 or later in $relayq_node and the compile cache in the environment.
# Forks nothing when all is in place: this runs before every command.

relayq_stamp=$relayq_home/node_modules/.relayq-installed
relayq_lock=$relayq_home/.relayq-install.lock

relayq_say() {
  printf 'relayq: %s\n' "$1" >&2
}

# The stamp is a copy of the lock file that was installed: git gives files new times without new contents.
relayq_installed() {
  [ -f "$relayq_stamp" ] || return 1
  [ "$relayq_home/package-lock.json" -nt "$relayq_stamp" ] || return 0
  cmp -s "$relayq_home/package-lock.json" "$relayq_stamp" && touch "$relayq_stamp"
}

# One installer at a time; a lock whose owner is gone is taken over.
relayq_take_lock() {
  relayq_told=
  until mkdir "$relayq_lock" 2>/dev/null; do
    owner=$(cat "$relayq_lock/pid" 2>/dev/null || true)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf "$relayq_lock"
    else
      [ -n "$relayq_told" ] || relayq_say 'another start is installing npm packages; waiting for it'
      relayq_told=1
      sleep 1
    fi
  done
  echo $$ > "$relayq_lock/pid"
}

# npm's `node` package brings Node 24 by its install script, so scripts must run.
relayq_install() {
  if ! command -v npm >/dev/null 2>&1; then
    relayq_say 'npm was not found.'
    relayq_say '  Install Node 24 or later from https://nodejs.org, or: sudo apt-get install nodejs npm'
    exit 75
  fi
  relayq_take_lock
  trap 'rm -rf "$relayq_lock"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  if ! relayq_installed; then
    relayq_say 'installing npm packages (once)'
    if ! (cd "$relayq_home" && npm ci --include=dev --ignore-scripts=false --no-audit --no-fund --loglevel=error) >&2; then
      relayq_say 'npm ci failed; its output stands above.'
      exit 75
    fi
    cp "$relayq_home/package-lock.json" "$relayq_stamp"
  fi
  rm -rf "$relayq_lock"
  trap - EXIT INT TERM
}

# The checkout's own Node first: it is known to be 24 without asking it.
relayq_find_node() {
  relayq_node=$relayq_home/node_modules/node/bin/node
  [ -x "$relayq_node" ] && return
  relayq_node=$(command -v node || true)
  if [ -n "$relayq_node" ]; then
    major=$("$relayq_node" --version) && major=${major#v} && major=${major%%.*}
    [ "$major" -ge 24 ] && return
  fi
  relayq_say 'Node 24 or later is needed and was not found.'
  relayq_say '  Install it from https://nodejs.org and run this again.'
  exit 75
}

# One cache per released version; Node itself keys entries by content. The third line of package.json is the version.
relayq_set_compile_cache() {
  { read -r _ && read -r _ && read -r _ relayq_version; } < "$relayq_home/package.json"
  relayq_version=${relayq_version#\"}
  NODE_COMPILE_CACHE=${RELAYQ_CACHE_HOME:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/relayq}/compile-${relayq_version%\",}
  export NODE_COMPILE_CACHE
}

relayq_installed || relayq_install
relayq_find_node
[ -n "${NODE_COMPILE_CACHE:-}" ] || relayq_set_compile_cache
