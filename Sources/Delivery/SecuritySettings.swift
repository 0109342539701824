import Exporter
import Foundation
import NIOCore
import NIOSSL

/// Which certificates a secured connection goes by.
enum SecuritySettings {
    /// Reads the files that the endpoint names, by paths or as credentials of systemd (`credential:NAME`). Throws a message that says which of them is not as it should be.
    static func context(_ endpoint: ExportEndpoint) throws(ExportError) -> NIOSSLContext {
        let parameters = endpoint.parameters
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        if let path = parameters.authorities {
            configuration.trustRoots = .certificates(
                try read(path, "certificates") { try NIOSSLCertificate.fromPEMFile($0) })
        }
        if let path = parameters.certificate, let key = parameters.key {
            configuration.certificateChain = try read(path, "a certificate") { try NIOSSLCertificate.fromPEMFile($0) }
                .map { .certificate($0) }
            configuration.privateKey = .privateKey(
                try read(key, "a private key") { try NIOSSLPrivateKey(file: $0, format: .pem) })
        }
        do { return try NIOSSLContext(configuration: configuration) } catch {
            throw ExportError(
                "TLS for the collector \(endpoint.name) cannot be set up: \(error). Check that certificate and key belong "
                    + "together.")
        }
    }

    private static func read<Value>(
        _ source: String, _ what: String, _ body: (String) throws -> Value
    ) throws(ExportError) -> Value {
        let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"]
        let path = try HTTPCredentials.path(source, credentials: folder)
        do { return try body(path) } catch {
            throw ExportError(
                "The file \(path) cannot be used as \(what) in PEM: \(error). Check its name, its permissions and what is "
                    + "in it.")
        }
    }

    /// What the collector's certificate must be for: a name, or else an address.
    static func identity(_ endpoint: ExportEndpoint) -> (name: String?, address: SocketAddress?) {
        let name = endpoint.parameters.serverName ?? endpoint.host
        let address = try? SocketAddress(ipAddress: name, port: Int(endpoint.port))
        return address == nil ? (name, nil) : (nil, address)
    }
}
