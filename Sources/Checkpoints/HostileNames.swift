/// Whether a name that a pickle wants to call reaches for the operating system or the interpreter.
///
/// Nothing is ever called, so this decides no safety; it tells files that somebody has tampered with from those with
/// harmless settings objects in them. Checkpoints do contain `builtins.getattr`, for methods and enumerations, and
/// classes of a project's own modules, which people also call `code` or `profile`.
func isHostile(_ name: String) -> Bool {
    let parts = name.split(separator: ".")
    guard let module = parts.first, let last = parts.last else { return false }
    switch module {
    case "os", "posix", "nt", "subprocess", "sys", "shutil", "socket", "pty", "runpy", "importlib", "ctypes", "webbrowser",
        "urllib", "pickle", "_pickle", "marshal", "pdb", "bdb":
        return true
    case "builtins", "__builtin__":
        return ["eval", "exec", "execfile", "compile", "open", "file", "__import__", "input", "breakpoint", "globals"]
            .contains(last)
    default: return false
    }
}
