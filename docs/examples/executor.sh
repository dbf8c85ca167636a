#!/bin/sh
# An executor that needs nothing but a POSIX shell, curl, sed, tr and mktemp, and a bearer token.
#
#     COLONIES_URL=http://127.0.0.1:50080 COLONIES_TOKEN_FILE=token sh executor.sh
#
# It offers the function `sum`, which adds up whole numbers: its arguments and what its parents put
# out. JSON is taken apart with sed, so a list of numbers is all that it understands. The token goes
# to curl on its standard input: what stands in arguments, every user of the machine can see.
set -u

URL="${COLONIES_URL:-http://127.0.0.1:50080}/v1"
COLONY="${COLONIES_COLONY_NAME:-dev}"
NAME="${EXECUTOR_NAME:-shell}"
TYPE="${EXECUTOR_TYPE:-outside}"
TOKEN="${COLONIES_TOKEN:-$(cat "${COLONIES_TOKEN_FILE:?names the file with the token}")}" || exit 1
EXECUTOR="colonies/$COLONY/executors/$NAME"
POLL=20
FOLDER=$(mktemp -d) || exit 1

stopping=''
running=''
request=''

say() { printf '%s\n' "$*" >&2; }

# ask METHOD PATH [BODY]: status in $status, reply in the file $FOLDER/reply.
# While the server is away it is asked again; a signal to stop ends the wait for work.
ask() {
    pause=1
    while :; do
        printf '%s' "${3-}" >"$FOLDER/body"
        printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" | curl --config - --silent \
            --show-error --max-time $((POLL + 30)) --output "$FOLDER/reply" \
            --write-out '%{http_code}' --header 'Content-Type: application/json' \
            --request "$1" ${3+--data-binary "@$FOLDER/body"} "$URL/$2" >"$FOLDER/status" &
        request=$!
        # A signal ends `wait` before curl has ended.
        while kill -0 "$request" 2>/dev/null; do
            wait "$request"
            if [ "$stopping" ] && [ ! "$running" ]; then
                kill "$request" 2>/dev/null
                wait "$request" 2>/dev/null
                return 1
            fi
        done
        status=$(cat "$FOLDER/status")
        case $status in
            000 | '' | 429 | 502 | 503) ;;
            *) return 0 ;;
        esac
        [ "$running" = leaving ] && return 1
        say "trying again: ${status:-no answer}"
        sleep $pause & wait $!
        [ "$stopping" ] && [ ! "$running" ] && return 1
        [ $pause -lt 8 ] && pause=$((pause * 2))
    done
}

# field NAME: the text behind "NAME": in the reply.
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$FOLDER/reply"; }

# numbers NAME: the list of whole numbers behind "NAME": in the reply, with blanks.
numbers() { sed -n "s/.*\"$1\":\[\([^]]*\)\].*/\1/p" "$FOLDER/reply" | tr ',' ' '; }

run() {
    process=$(field processid)
    values="$(numbers args) $(numbers in)"
    total=0
    count=0
    for value in $values; do
        case $value in
            *[!0-9-]* | ?*-*)
                ask PUT "processes/$process/failure" '{"errors":["only whole numbers are added"]}'
                return
                ;;
        esac
        total=$((total + value))
        count=$((count + 1))
        ask POST "processes/$process/log" "{\"message\":\"after $count: $total\\n\"}"
        ask PATCH "processes/$process/attributes" "{\"texts\":{\"progress\":\"$count\"}}"
        if [ "${SECONDS_EACH:-}" ]; then sleep "$SECONDS_EACH" & wait $!; fi
    done
    ask PUT "processes/$process/success" "{\"out\":[$total]}"
    [ "$status" = 204 ] || say "$process is not ours any more: $(cat "$FOLDER/reply")"
}

leave() {
    running=leaving
    ask DELETE "$EXECUTOR" # what was still running goes back to the queue
    rm -rf "$FOLDER"
    say "$NAME has left"
    exit 0
}

# The first signal lets what runs finish, the second one gives it back.
stop() {
    if [ "$stopping" ] && [ "$running" ] && [ "$running" != leaving ]; then
        kill "$request" 2>/dev/null
        leave
    fi
    stopping=yes
    if [ "$running" ]; then say "finishing what runs"; fi
}
trap stop TERM INT

register() {
    functions='[{"funcname":"sum","description":"adds up whole numbers"}]'
    ask PUT "$EXECUTOR" "{\"executortype\":\"$TYPE\",\"lease\":60,\"functions\":$functions}" ||
        leave
    if [ "$status" != 201 ]; then
        say "not registered: $(cat "$FOLDER/reply")"
        rm -rf "$FOLDER"
        exit 1
    fi
    say "$NAME is ready"
}

register
while [ ! "$stopping" ]; do
    ask POST "$EXECUTOR/assignments?wait=$POLL" || break
    case $status in
        200)
            running=yes
            run
            running=''
            ;;
        204) ;;
        403) register ;; # the server was away, or this program, for longer than the lease
        *)
            say "no work is given: $(cat "$FOLDER/reply")"
            break
            ;;
    esac
done
leave
