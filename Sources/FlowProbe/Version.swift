/// The program's version, as `--version` and the store say it.
let flowprobeVersion = "0.1.0"
