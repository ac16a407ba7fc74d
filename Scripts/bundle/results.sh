# What the tests of kills and of ranks compare results by; to be read with 'source'.
#
# order_of_inputs: 'sort' where the order of a run's list of inputs may differ; it counts unless said.

# Lines and fields that tell a time, in records and logs.
timeless() {
    sed -E -e '/"stages" : \[/,/\]/d' -e 's/,?"(samples_per_second|seconds|date|started|finished|duration)" ?: ?("[^"]*"|[0-9.eE+-]+)//g' \
        -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{5,8}Z?//g' "$1"
}

# Every file of a result with its hash. Left out is what holds only times and checksums of times: locks, 'times.json', the
# list of checksums (with the disk's numbers of files), the state of a training (with a hash of its log, which tells speeds).
# Of pages only the name stands here, see 'pages'.
digest() {
    (cd "$1" && find . -type f ! -name '*.lock' ! -name 'times.json' ! -name '.checksums' ! -path '*/work/*' \
        ! -name '*.pretraining.json' ! -name 'state.safetensors' ! -name 'out' ! -name 'err' | LC_ALL=C sort |
        while read -r file; do
            case "$file" in
            */report.html | */report.md | */text.html | */text.md) echo "page $file" ;;
            */inputs.tsv) echo "$(cut -f 2,6 "$file" | "${order_of_inputs:-cat}" | sha256sum | cut -c1-16) $file" ;;   # hashes and names, no stamps
            */scores.csv) echo "$(sed 's/,[^,]*$//' "$file" | sha256sum | cut -c1-16) $file" ;;   # the last column is seconds
            *.json | *.jsonl | *.csv) echo "$(timeless "$file" | sha256sum | cut -c1-16) $file" ;;
            *) echo "$(sha256sum <"$file" | cut -c1-16) $file" ;;
            esac
        done)
}
