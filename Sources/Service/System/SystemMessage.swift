import Foundation

/// What the system calls this error number.
func systemMessage(_ number: Int32) -> String {
    POSIXErrorCode(rawValue: number).map { POSIXError($0).localizedDescription } ?? "error \(number)"
}
