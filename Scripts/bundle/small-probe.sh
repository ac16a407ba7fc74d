# The probe that the tests of kills, ranks, hosts, queues and full disks run, and what they say of it; to be read with 'source'.
# 'same' needs results.sh beside it.

# Its settings, of the project's miniature models:
#
#   small_probe WEIGHTS [KEY=VALUE...] >FILE      keys: seeds, steps, train, validation, captions, batch, micro, study;
#                                                 encoder: one more; more: a line more
small_probe() {
    local weights="$1" seeds=1 steps=60 train=80 validation=70 captions=10 batch=4 micro=', micro-batch: 2' study=false encoder='' more=''
    shift
    local pair
    for pair in "$@"; do local "${pair%%=*}=${pair#*=}"; done
    [[ -z "$encoder" ]] || encoder=$'\n'"  - $encoder"
    cat <<END
name: tiny
seeds: [$seeds]
decoder: $weights/decoder
encoders:
  - {name: bert-mini, path: $weights/bert-mini, style: bert}
  - {name: random, style: random, size: 16}$encoder
data: {train: $train, validation: $validation}
adapter: {learning-rate: 1e-2, steps: $steps, batch: 8$micro}
sampling: {captions: $captions, batch: $batch}
text-study: $study
scores: {clip: $weights/clip-mini, inception: $weights/inception-mini, splits: 2}
precision: f32
threads: 1
END
    [[ -z "$more" ]] || echo "$more"
}

now() { date +%s%N; }
seconds() { local t=$((($(now) - $1) / 10000000)); printf '%d.%02d s' $((t / 100)) $((t % 100)); }

# Whether FOLDER/run is whole/run but for times, in words; if not, what differs goes to standard error, and there is a file
# 'failed' in $place.
same() {   # folder, what it is of
    if diff <(digest whole/run) <(digest "$1/run") >differences; then echo "the same"; else
        touch "$place/failed"; echo "OTHERWISE"; echo "$(basename "$0"): ${2:-$1} ends otherwise:" >&2; cat differences >&2
    fi
}
