/// For who collects lines in an array. The file is used by one thread at a time.
package final class LineFile {
    private let file: OutputFile

    /// Opens `path` (`-` is standard output; an existing file is replaced). Throws when it cannot be opened.
    package init(path: String) throws(ExportError) { file = try OutputFile(path: path) }

    /// Writes all of `octets`, waiting for a slow reader. Throws when the file or pipe cannot take them.
    package func write(_ octets: borrowing [UInt8]) throws(ExportError) {
        let span = octets.span
        // SAFETY: the octets outlive the call, which only reads them.
        let result: Result<Void, ExportError> = unsafe span.withUnsafeBytes { bytes in
            // SAFETY: as above.
            do throws(ExportError) { return .success(try unsafe file.write(bytes)) } catch { return .failure(error) }
        }
        try result.get()
    }
}
