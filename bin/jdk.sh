# Sourced by the project's commands: how they find a JDK, which flags Goshawk runs fastest with, and how they build.
# Everything but a build works without any other program, so an empty PATH does no harm.
# shellcheck shell=bash disable=SC2034
#
#   program   the command's name, for its error lines; set before sourcing
#   root      the clone's folder; set before find_jdk and the builds

# An exported CDPATH would make cd print and choose.
unset CDPATH
set +o posix
settings=${BASH_SOURCE[0]%/*}

fail() {
    say "$1"
    exit 2
}

say() {
    printf '%s: %s\n' "${program:-goshawk}" "$1" >&2
}

# What is behind a chain of symbolic links, in "resolved"; readlink -f is not everywhere.
resolve() {
    local file=$1 link
    case $file in */*) ;; *) file=./$file ;; esac
    while [ -L "$file" ]; do
        link=$(PATH=${PATH:+$PATH:}/usr/bin:/bin readlink "$file") || break
        case $link in
            /*) file=$link ;;
            *) file=${file%/*}/$link ;;
        esac
    done
    resolved=$(cd -P -- "${file%/*}/" && pwd -P)/${file##*/}
}

# The oldest JDK, which pom.xml names, in "least".
read_floor() {
    local line
    while IFS= read -r line; do
        case $line in
            *'<jdk.least>'*'</jdk.least>'*)
                least=${line#*<jdk.least>}
                least=${least%%</jdk.least>*}
                return
                ;;
        esac
    done <"$root/pom.xml"
    fail "$root/pom.xml names no jdk.least, the oldest JDK to run on"
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

# What a command needs of a JDK beside the rest; redefined by those that need more.
suits() {
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
    case $modules in '' | *jdk.incubator.vector*) suits "$home" ;; *) return 1 ;; esac
}

# Sets "jdk" to a home, or fails.
find_jdk() {
    local home java
    read_floor
    if [ -n "${GOSHAWK_JAVA_HOME:-}" ]; then
        usable "$GOSHAWK_JAVA_HOME" \
            || fail "GOSHAWK_JAVA_HOME=$GOSHAWK_JAVA_HOME is no JDK $least or newer with the module jdk.incubator.vector${needed:-}"
        jdk=$GOSHAWK_JAVA_HOME
        return
    fi
    if [ -n "${JAVA_HOME:-}" ] && usable "$JAVA_HOME"; then
        jdk=$JAVA_HOME
        return
    fi
    if java=$(command -v java); then
        resolve "$java"
        home=${resolved%/*/*}
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
    fail "no JDK $least or newer${needed:-} found: install one (Eclipse Temurin 25, for instance) or set GOSHAWK_JAVA_HOME to it"
}

# Runs Maven on the JDK found, so that the build cannot pick another; the two flags keep Maven's own libraries quiet on it.
run_maven() {
    [ -t 2 ] || set -- -Dstyle.color=never "$@"
    JAVA_HOME=$jdk \
        MAVEN_OPTS="${MAVEN_OPTS:-} --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" \
        mvn -q -B "$@" >&2
}

# Whether a folder holds a file that is newer than another: newer_in FOLDER FILE.
newer_in() {
    local file
    for file in "$1"/*; do
        if [ -d "$file" ]; then
            newer_in "$file" "$2" && return 0
        elif [ "$file" -nt "$2" ]; then
            return 0
        fi
    done
    return 1
}

# Whether a build is running in this clone or was broken off: its jars are not to be used.
build_is_open() {
    [ -e "$root/target/building" ]
}

# Waits until no other build runs in this clone, and keeps others waiting until finish_build. Fails where nothing can be written.
begin_build() {
    local folder=$root/target lock told='' holder tries=0
    mkdir -p "$folder" 2>/dev/null
    { : >>"$folder/build.lock"; } 2>/dev/null || return 1
    if command -v flock >/dev/null; then
        exec 9>>"$folder/build.lock"
        if ! flock -n 9; then
            say "another build is running in $root: waiting for it"
            flock 9
        fi
    else
        # No flock on macOS: a folder is made by one process only. Its owner's number tells whether it still lives.
        lock=$folder/build.lock.d
        until mkdir "$lock" 2>/dev/null; do
            holder=''
            { read -r holder <"$lock/pid"; } 2>/dev/null
            tries=$((tries + 1))
            if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null || [ -z "$holder" ] && [ "$tries" -gt 10 ]; then
                rm -rf "$lock"
                continue
            fi
            [ -n "$told" ] || say "another build is running in $root: waiting for it"
            told=yes
            sleep 1
        done
        printf '%s\n' "$$" >"$lock/pid"
    fi
}

# After a build or where there was none to do.
finish_build() {
    if command -v flock >/dev/null; then
        exec 9>&-
    else
        rm -rf "$root/target/build.lock.d"
    fi
}

# locked_build COMMAND...: runs a build that others in this clone wait for. One that is killed leaves a mark that it was.
locked_build() {
    local status
    : >"$root/target/building"
    "$@"
    status=$?
    [ "$status" = 0 ] && rm -f "$root/target/building"
    return "$status"
}

# Sets "words" to those of a text: quotes hold a word together, a backslash takes the next character as it is.
split_words() {
    local text=$1 word='' quote='' open='' c i
    words=()
    for ((i = 0; i < ${#text}; i++)); do
        c=${text:i:1}
        if [ "$quote" = "'" ] && [ "$c" != "'" ]; then
            word+=$c
        elif [ "$c" = "\\" ]; then
            i=$((i + 1))
            word+=${text:i:1}
            open=yes
        elif [ -n "$quote" ]; then
            if [ "$c" = "$quote" ]; then quote=''; else word+=$c; fi
        elif [ "$c" = "'" ] || [ "$c" = '"' ]; then
            quote=$c
            open=yes
        elif [[ $c == [[:space:]] ]]; then
            [ -z "$open" ] || words+=("$word")
            word=''
            open=''
        else
            word+=$c
            open=yes
        fi
    done
    [ -z "$quote" ] || fail "a quotation mark is not closed in the JVM options: $text"
    [ -z "$open" ] || words+=("$word")
}

# Java names files in the locale's characters: where that is ASCII, others could not be opened.
use_utf8() {
    local e_acute=$'\303\251' name before=${LC_ALL-} was=${LC_ALL+set}
    [ "${#e_acute}" = 1 ] && return
    case ${OSTYPE:-}:${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
        darwin*) return ;; # UTF-8 whatever the locale
        *: | *:C | *:POSIX | *[Uu][Tt][Ff]*) ;;
        *) return ;; # a locale with characters of its own
    esac
    for name in C.UTF-8 C.utf8 en_US.UTF-8; do
        { export LC_ALL=$name; } 2>/dev/null
        [ "${#e_acute}" = 1 ] && return
    done
    if [ -n "$was" ]; then { export LC_ALL=$before; } 2>/dev/null; else unset LC_ALL; fi
}

# add_options FILE: adds a file's JVM options, one a line, to "engine_options".
add_options() {
    local line
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in '' | '#'*) ;; *) engine_options+=("$line") ;; esac
    done <"$1"
}

# has_effect OPTION: whether a JVM with it would listen, record or write something even if it only told its version.
has_effect() {
    case $1 in
        -agent* | -javaagent* | -Xrun* | -Xlog* | -Xshare:dump) return 0 ;;
        -XX:*Record* | -XX:*Archive* | -XX:AOT* | -XX:*Dump* | -XX:*Log* | -XX:*Perf* | -XX:*File=*) return 0 ;;
    esac
    return 1
}

# names_options OPTION: whether more options are in a file that it names.
names_options() {
    case $1 in @* | -XX:VMOptionsFile=* | -XX:Flags=*) return 0 ;; esac
    return 1
}

# require_words: fails in one line for what is no JVM option in "words" or, in the variables that a JVM reads itself, in "others"; a JVM would
# end with lines and an exit code of its own. It is asked in a trial run, without properties and options that have an effect, unless the rest
# are plain heap sizes, which are most. There is no trial with options from files, nor where "others" have any with an effect: one option may
# be right only with another.
require_words() {
    local word value='' unsure='' trial=yes asked=() what='JVM options (GOSHAWK_OPTS, JAVA_OPTS)' plain='^-Xmx([1-9][0-9]{2,5}[mM]|[1-9][0-9]{0,2}[gG])$'
    for word in ${words[@]+"${words[@]}"}; do
        if names_options "$word"; then
            trial='' value=''
            continue
        fi
        if [ -n "$value" ]; then
            value=''
            asked+=("$word")
            continue
        fi
        case $word in -D*) continue ;; esac
        has_effect "$word" && continue
        asked+=("$word")
        case $word in
            -cp | -classpath | --class-path | -p | --module-path | --add-modules | --add-exports | --add-opens | --add-reads | --enable-native-access)
                value=$word
                ;;
            -Xmx[1-9]*) [[ $word =~ $plain ]] || unsure=yes ;;
            -*) unsure=yes ;;
            *) fail "$what: expected words that begin with -, got '$word'" ;;
        esac
    done
    [ -z "$value" ] || fail "$what: $value: expected a value after it"
    for word in ${others[@]+"${others[@]}"}; do
        if has_effect "$word" || names_options "$word"; then trial=''; fi
        case $word in -D*) ;; *) [[ $word =~ $plain ]] || unsure=yes ;; esac
    done
    [ -z "$unsure" ] || [ -z "$trial" ] || try_options
}

# Runs a JVM with the options "asked", for require_words. If it does not start without them either, the fault is in the variables that it reads itself.
try_options() {
    local reason said name variables='' tried="refuses ${asked[*]-}"
    starts ${asked[@]+"${asked[@]}"} && return
    said=$reason
    if [ "${#others[@]}" != 0 ] && ! starts; then
        for name in JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS; do
            [ -z "${!name:-}" ] || variables+=${variables:+, }$name
        done
        fail "JVM options ($variables): $jdk/bin/java refuses ${others[*]}: $reason"
    fi
    [ "${#asked[@]}" = 1 ] || tried="refuses one or more among ${asked[*]-}"
    fail "$what: $jdk/bin/java $tried: $said"
}

# starts OPTION...: whether a JVM starts with these options. What it says otherwise is in "reason".
starts() {
    local said line status
    reason=''
    said=$("$jdk/bin/java" "$@" -XX:-AlwaysPreTouch -version 2>&1)
    status=$?
    [ "$status" != 0 ] || return 0
    while [ -z "$reason" ] && IFS= read -r line; do
        case $line in
            '' | 'Picked up '* | 'NOTE: Picked up '* | *[Ww]arning:* | WARNING:*) ;;
            'Error occurred during initialization of VM'* | 'Error: Could not create the Java Virtual Machine.'*) ;;
            'Error: A fatal exception has occurred.'*) ;;
            *) reason=$line ;;
        esac
    done <<<"$said"
    reason=${reason:-it gave no reason, exit code $status}
    return 1
}

# Sets "engine_options": those of jvm.options, the user's, and what suits a process that has the machine for itself.
set_engine_options() {
    local line collector='' word others=()
    split_words "${JAVA_OPTS:-} ${GOSHAWK_OPTS:-}"
    read -r -d '' -a others <<<"${JAVA_TOOL_OPTIONS:-} ${JDK_JAVA_OPTIONS:-} ${_JAVA_OPTIONS:-}"
    require_words
    for word in ${words[@]+"${words[@]}"} ${others[@]+"${others[@]}"}; do
        case $word in -XX:+Use*GC) collector=$word ;; esac
    done
    engine_options=()
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
            '' | '#'*) ;;
            -XX:+Use*GC)
                # What lives briefly is small: a young generation that grows would only be memory taken.
                [ -n "$collector" ] || engine_options+=("$line" -Xmn48m)
                ;;
            *) engine_options+=("$line") ;;
        esac
    done <"$settings/jvm.options"
    engine_options+=(-Djava.awt.headless=true -XX:MaxRAMPercentage=70)
    # Large pages, where the system has them, save a tenth of a training step.
    case ${OSTYPE:-} in linux*) engine_options+=(-XX:+UseTransparentHugePages) ;; esac
    engine_options+=(${words[@]+"${words[@]}"})
    use_utf8
}
