# Sourced by the project's commands: how they find a JDK and which flags Goshawk runs fastest with.
# shellcheck shell=bash disable=SC2034
#
#   program   the command's name, for its error lines; set before sourcing

least=25.0.3

fail() {
    printf '%s: %s\n' "${program:-goshawk}" "$1" >&2
    exit 2
}

# The file behind a chain of symbolic links; readlink -f is not everywhere.
resolve() {
    local file=$1 link
    while [ -L "$file" ]; do
        link=$(readlink "$file")
        case $link in
            /*) file=$link ;;
            *) file=$(dirname "$file")/$link ;;
        esac
    done
    printf '%s\n' "$(cd -P "$(dirname "$file")" && pwd)/$(basename "$file")"
}

# at_least 26-ea 25.0.3: compares the numbers, a missing one counts as 0.
at_least() {
    local -a have want
    local i
    IFS=. read -r -a have <<<"${1%%[-+_]*}"
    IFS=. read -r -a want <<<"$2"
    for i in 0 1 2; do
        local h=${have[i]:-0} w=${want[i]:-0}
        case $h in '' | *[!0-9]*) return 1 ;; esac
        [ "$((10#$h))" -gt "$w" ] && return 0
        [ "$((10#$h))" -lt "$w" ] && return 1
    done
    return 0
}

# A home with java and javac, new enough, and with the Vector API's module, told by its "release" file.
usable() {
    local home=$1 line version='' modules=''
    [ -x "$home/bin/java" ] && [ -x "$home/bin/javac" ] && [ -r "$home/release" ] || return 1
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
            JAVA_VERSION=*) version=${line#JAVA_VERSION=} version=${version//\"/} version=${version%$'\r'} ;;
            MODULES=*) modules=$line ;;
        esac
    done <"$home/release"
    at_least "$version" "$least" || return 1
    case $modules in '' | *jdk.incubator.vector*) return 0 ;; *) return 1 ;; esac
}

# Sets "jdk" to a home, or fails.
find_jdk() {
    local home java
    if [ -n "${GOSHAWK_JAVA_HOME:-}" ]; then
        usable "$GOSHAWK_JAVA_HOME" \
            || fail "GOSHAWK_JAVA_HOME=$GOSHAWK_JAVA_HOME is no JDK $least or newer with the module jdk.incubator.vector"
        jdk=$GOSHAWK_JAVA_HOME
        return
    fi
    if [ -n "${JAVA_HOME:-}" ] && usable "$JAVA_HOME"; then
        jdk=$JAVA_HOME
        return
    fi
    if java=$(command -v java); then
        home=$(dirname "$(dirname "$(resolve "$java")")")
        if usable "$home"; then
            jdk=$home
            return
        fi
    fi
    for home in /usr/lib/jvm/* /usr/java/* /opt/* /opt/*/* "${HOME:-/nowhere}"/.sdkman/candidates/java/* \
        "${HOME:-/nowhere}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "${HOME:-/nowhere}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
        /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
        if usable "$home"; then
            jdk=$home
            return
        fi
    done
    fail "no JDK $least or newer found: install one (Eclipse Temurin 25, for instance) or set GOSHAWK_JAVA_HOME to it"
}

# Runs Maven on the JDK found, so that the build cannot pick another; the two flags keep Maven's own libraries quiet on it.
run_maven() {
    JAVA_HOME=$jdk \
        MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
        mvn -q -B "$@" >&2
}

# Sets "engine_options".
# Kernels wait for their compiled form, and it is made after few runs: interpreted Vector API code is hundreds of times slower than the
# wait. They are compiled once, from their beginning, not from the middle of a loop too (Tier4BackEdgeThreshold).
# Objects lie on cache lines, so that vectors of 64 bytes do too (docs/adr/0009-data-on-cache-lines.md).
# Large pages, where the system has them, save a tenth of a training step.
set_engine_options() {
    local -a more
    read -r -a more <<<"${JAVA_OPTS:-} ${GOSHAWK_OPTS:-}"
    engine_options=(--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Djava.awt.headless=true
        -XX:MaxRAMPercentage=70 -XX:CompileCommand=quiet
        '-XX:CompileCommand=BackgroundCompilation,dev.goshawk.cpu.vector.*::*,false'
        '-XX:CompileCommand=CompileThresholdScaling,dev.goshawk.cpu.vector.*::*,0.03' -XX:Tier4BackEdgeThreshold=1000000
        -XX:ObjectAlignmentInBytes=64)
    [ "$(uname)" = Linux ] && engine_options+=(-XX:+UseTransparentHugePages)
    case " ${more[*]-} " in
        *" -XX:+Use"*"GC "*) ;;
        # The engine's arrays live long, and what lives briefly is small: a young generation that grows would only be memory taken.
        *) engine_options+=(-XX:+UseParallelGC -Xmn48m) ;;
    esac
    engine_options+=(${more[@]+"${more[@]}"})
}
