# What the programs in bin share; sourced by them. $root is the project's folder, $program the name for messages.

# ensure_built MODULE [FLAG…] -- [OTHER…]: builds MODULE's app, with Maven's FLAGs, when there is none or its sources are
# newer. OTHERs are the modules that it is made of. $app is the app's folder in target, if not app; $own the folder of MODULE
# whose sources count, if not src/main.
ensure_built() {
  module=$1
  shift
  build_flags=()
  while [[ $1 != -- ]]; do
    build_flags+=("$1")
    shift
  done
  shift
  parts=("$@" "$module")
  lib=$root/$module/target/${app:-app}/lib
  if [[ ${HUCK_BUILD:-} == never ]]; then
    is_built || {
      echo "$program: nothing is built, and HUCK_BUILD=never forbids it: leave that out, or run mvn package" >&2
      exit 1
    }
    return 0
  fi
  if ! stale; then
    return 0
  fi
  mkdir -p "$root/target" "$root/$module/target"
  # The programs share modules, and those started together build once: the others wait here, and find it done.
  exec 9>"$root/target/build.lock"
  if command -v flock >/dev/null; then
    flock 9
  fi
  if stale; then
    build
  fi
  exec 9>&-
}

is_built() {
  compgen -G "$lib/$module-*.jar" >/dev/null
}

# The build empties lib and puts the module's own jar there last, so that one says whether the rest is there. A folder
# counts as a source too: deleting a file from it makes it newer.
stale() {
  is_built || return 0
  local sources=("$root/pom.xml" "$root/$module/${own:-src/main}")
  local part
  for part in huck-bom "${parts[@]}"; do
    [[ ! -f $root/$part/pom.xml ]] || sources+=("$root/$part/pom.xml")
    [[ ! -d $root/$part/src/main ]] || sources+=("$root/$part/src/main")
  done
  [[ -n $(find "${sources[@]}" -newer "$lib" -print -quit) ]]
}

# Progress, on standard error: standard output belongs to the program.
progress() {
  awk '
    /Building .*\[[0-9]+\/[0-9]+\]/ { sub(/^[^B]*Building /, ""); gsub(/ +/, " "); print "  " $0; fflush(); next }
    /Downloaded from/ { if (++files % 50 == 0) { print "  " files " files downloaded"; fflush() } }
  ' >&2
}

build() {
  command -v mvn >/dev/null || {
    echo "$program: it has to be built, and mvn (Maven 3.8.7 or later) is not on the path" >&2
    exit 1
  }
  if [[ -d $lib ]]; then
    echo "$program: sources are newer than the build; building" >&2
  else
    echo "$program: building for the first time; this takes a few minutes" >&2
  fi
  local target=$root/$module/target
  # What is edited while the build runs must count as newer than its result.
  touch "$target/build.started"
  if ! mvn -B -f "$root/pom.xml" -pl "$module" -am "${build_flags[@]}" -Dspotless.check.skip=true package </dev/null 2>&1 |
    tee "$target/build.log" | progress; then
    grep -E '^\[ERROR\]' "$target/build.log" | head -n 20 >&2 || true
    echo "$program: the build failed; all of it is in $target/build.log" >&2
    exit 1
  fi
  touch -r "$target/build.started" "$lib"
}

# Sets java to JAVA_HOME's, else to the one on the path.
find_java() {
  java=java
  if [[ -n ${JAVA_HOME:-} ]]; then
    java=$JAVA_HOME/bin/java
  fi
  command -v "$java" >/dev/null || {
    echo "$program: no Java: $java is not there; set JAVA_HOME to a JDK of 17 or later" >&2
    exit 1
  }
}

# The major version of $java, from the file that a JDK has for it, without starting it; 0 when it says nothing.
java_version() {
  local binary version=
  binary=$(readlink -f "$(command -v "$java")")
  local release=${binary%/bin/java}/release
  if [[ -f $release ]]; then
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$release")
  fi
  echo "${version:-0}"
}
