import Exporter
import NIOCore
import NIOSSL

/// What TLS connections are taken with: TLS 1.2 at least.
struct TLSContext: Sendable {
    private let context: NIOSSLContext

    /// Reads the files. Throws when one cannot be used, with its name.
    static func load(_ files: CollectorConfiguration.TLS) throws(ExportError) -> TLSContext {
        func attempt<Value>(_ what: String, _ path: String, _ read: () throws -> Value) throws(ExportError) -> Value {
            do { return try read() } catch {
                throw ExportError(
                    "The \(what) in \(path) cannot be used: \(reason(error)). It has to be readable and in PEM form.")
            }
        }
        let chain = try attempt("certificate", files.certificate) {
            try NIOSSLCertificate.fromPEMFile(files.certificate)
        }
        let key = try attempt("key", files.key) { try NIOSSLPrivateKey(file: files.key, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        if let authority = files.clientAuthority {
            let roots = try attempt("client authority", authority) { try NIOSSLCertificate.fromPEMFile(authority) }
            configuration.trustRoots = .certificates(roots)
            // A client has no name that could be checked: its certificate must lead to these roots.
            configuration.certificateVerification = .noHostnameVerification
        }
        return try attempt("certificate and key", files.certificate) {
            TLSContext(context: try NIOSSLContext(configuration: configuration))
        }
    }

    /// A handler for one connection.
    func handler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: context) }

    /// Whether the other side has only closed its connection without closing TLS first.
    static func isMereEnd(_ error: any Error) -> Bool {
        if case .uncleanShutdown? = error as? NIOSSLError { true } else { false }
    }

    /// What a TLS error is, in few words.
    static func reason(_ error: any Error) -> String {
        let text = String(describing: error)
        return text.count > 300 ? String(text.prefix(300)) + "…" : text
    }
}
