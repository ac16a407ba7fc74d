/// Whether a name that a pickle wants to call reaches for the operating system, for files or for the interpreter.
///
/// Nothing is ever called, so this decides no safety; it tells files that somebody has tampered with from those with
/// harmless settings objects in them. Checkpoints do contain `builtins.getattr`, for methods and enumerations,
/// `io.BytesIO`, `pathlib.PosixPath`, loggers, and classes of a project's own modules, which people also call `code` or
/// `profile`; of modules with harmless contents too, only the names that reach out are listed.
func isHostile(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    // Protocol 4 reaches through modules: torch.serialization.os.system.
    for (place, module) in parts.enumerated().dropLast() {
        if dangerousModules.contains(module) { return true }
        if place == 0, dangerousPackages.contains(module) { return true }
        guard let names = dangerousNames[module], place == 0 || module == "builtins" else { continue }
        if parts[(place + 1)...].contains(where: names.contains) { return true }
    }
    return parts.count == 1 && parts.first.map(dangerousModules.contains) ?? false
}

/// Nothing a checkpoint needs is in these, wherever they are reached from.
private let dangerousModules: Set<Substring> = [
    "os", "posix", "nt", "subprocess", "_posixsubprocess", "sys", "shutil", "socket", "_socket", "pty", "runpy",
    "importlib",
    "ctypes", "_ctypes", "webbrowser", "marshal", "__builtins__",
]

/// The same, as the first word of a name only; projects have modules of such names too.
private let dangerousPackages: Set<Substring> = [
    "urllib", "urllib2", "urllib3", "http", "httplib", "httpx", "requests", "aiohttp", "ftplib", "smtplib", "poplib",
    "imaplib",
    "telnetlib", "nntplib", "xmlrpc", "socketserver", "ssl", "asyncio", "pickle", "_pickle", "cPickle", "shelve", "dbm",
    "pdb",
    "bdb", "imp", "zipimport", "pkgutil", "pkg_resources", "modulefinder", "site", "pip", "setuptools", "distutils",
    "ensurepip",
    "venv", "idlelib", "lib2to3", "pydoc", "doctest", "timeit", "cProfile", "codeop", "popen2", "atexit", "_thread",
    "threading",
    "multiprocessing", "_multiprocessing", "concurrent", "sched", "mmap", "fcntl", "sqlite3", "tempfile", "fileinput",
    "linecache", "zipfile", "tarfile", "gzip", "bz2", "lzma", "cffi", "pexpect", "paramiko", "fabric", "antigravity",
    "IPython",
    "psutil", "winreg", "_winreg", "msvcrt", "_winapi", "wsgiref", "cgi", "tkinter", "readline", "rlcompleter",
    "unittest",
    "py_compile", "compileall", "_imp", "_frozen_importlib", "_frozen_importlib_external", "_osx_support",
    "_aix_support",
]

/// Of modules with harmless contents, the names that open, read, write, run or import.
private let dangerousNames: [Substring: Set<Substring>] = {
    let loading: Set<Substring> = [
        "load", "loads", "load_all", "unsafe_load", "full_load", "unsafe_load_all", "save", "dump",
    ]
    let builtins: Set<Substring> = [
        "eval", "exec", "execfile", "compile", "open", "file", "__import__", "input", "raw_input", "breakpoint",
        "globals",
        "locals", "vars", "reload", "exit", "quit", "delattr", "setattr",
    ]
    return [
        "builtins": builtins, "__builtin__": builtins,
        "io": ["open", "open_code", "FileIO", "OpenWrapper", "text_encoding"], "_io": ["open", "open_code", "FileIO"],
        "_pyio": ["open", "open_code", "FileIO", "OpenWrapper"],
        "codecs": ["open", "EncodedFile", "register", "StreamWriter"],
        "tokenize": ["open"], "platform": ["popen", "_syscmd_ver", "_syscmd_file"],
        "pathlib": [
            "write_text", "write_bytes", "read_text", "read_bytes", "open", "unlink", "touch", "mkdir", "rmdir",
            "rename",
            "replace", "chmod", "symlink_to", "hardlink_to", "iterdir", "glob", "rglob",
        ],
        "logging": ["FileHandler", "config", "handlers", "basicConfig"],
        "types": ["CodeType", "FunctionType", "LambdaType"], "operator": ["methodcaller"],
        "_operator": ["methodcaller"],
        "profile": ["run", "runctx", "Profile"], "trace": ["Trace"], "test": ["support"], "glob": ["glob", "iglob"],
        "code": ["interact", "InteractiveInterpreter", "InteractiveConsole", "compile_command"],
        "commands": ["getoutput", "getstatusoutput"],
        "signal": ["signal", "raise_signal", "pthread_kill", "alarm", "setitimer"],
        "resource": ["setrlimit", "prlimit"], "gc": ["get_objects", "get_referrers"], "yaml": loading,
        "joblib": loading, "dill": loading, "cloudpickle": loading, "jsonpickle": ["decode"],
        "numpy": [
            "load", "save", "savez", "savetxt", "loadtxt", "genfromtxt", "fromfile", "tofile", "memmap", "open_memmap",
            "DataSource",
            "runstring", "rundocs", "f2py", "distutils", "system_info", "exec_command", "fromregex", "testing", "npyio",
            "ctypeslib",
        ],
        "pandas": ["read_pickle", "read_csv", "read_hdf", "read_sql", "eval", "query", "to_pickle"],
        "torch": [
            "load", "save", "hub", "load_library", "cpp_extension", "collect_env", "bottleneck", "package", "from_file",
            "codecache",
            "load_config", "basichandlers", "rpc", "run_path", "evaluate_guards_expression", "_load_from_bytes",
            "PyTorchFileReader", "PyTorchFileWriter",
        ],
    ]
}()
