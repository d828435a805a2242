import Foundation
import NIOSSL

/// A certificate with its key, for serving HTTPS.
public struct ServerCertificate: Sendable {
  /// The PEM file of the certificate, followed by intermediate ones.
  public var certificateFile: String
  /// The PEM file of the private key.
  public var keyFile: String

  /// Names the files.
  public init(certificateFile: String, keyFile: String) {
    self.certificateFile = certificateFile
    self.keyFile = keyFile
  }

  private static let settings = """
    [req]
    distinguished_name = name
    [name]
    [authority]
    basicConstraints = critical,CA:TRUE
    keyUsage = critical,keyCertSign,cRLSign
    subjectKeyIdentifier = hash
    [server]
    basicConstraints = critical,CA:FALSE
    keyUsage = critical,digitalSignature
    extendedKeyUsage = serverAuth
    subjectAltName = IP:127.0.0.1,DNS:localhost
    """

  /// Makes a private certificate authority and a certificate of its for 127.0.0.1 and localhost.
  ///
  /// - Parameters:
  ///   - folder: Where the files are made; made too where it is missing.
  ///   - openssl: The `openssl` command.
  /// - Returns: The certificate, and the PEM file of the authority that clients must trust.
  /// - Throws: ``GitLabDoubleError/noCertificate(reason:)``.
  public static func make(in folder: String, openssl: String = "/usr/bin/openssl") async throws
    -> (certificate: ServerCertificate, authorityFile: String)
  {
    let file = { (name: String) in folder + "/" + name }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data((settings + "\n").utf8).write(to: URL(fileURLWithPath: file("openssl.cnf")))
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    let commands = [
      ["req", "-config", file("openssl.cnf"), "-x509", "-extensions", "authority", "-days", "3650"]
        + ["-subj", "/CN=GitLabDouble authority", "-keyout", file("authority.key")] + key
        + ["-out", file("authority.pem")],
      ["req", "-config", file("openssl.cnf"), "-new", "-subj", "/CN=localhost"] + key
        + ["-keyout", file("server.key"), "-out", file("server.csr")],
      ["x509", "-req", "-in", file("server.csr"), "-CA", file("authority.pem"), "-CAkey"]
        + [file("authority.key"), "-CAcreateserial", "-days", "825", "-extensions", "server"]
        + ["-extfile", file("openssl.cnf"), "-out", file("server.pem")],
    ]
    for arguments in commands {
      do {
        _ = try await Command.run(openssl, arguments)
      } catch {
        throw GitLabDoubleError.noCertificate(reason: error.message)
      }
    }
    return (
      ServerCertificate(certificateFile: file("server.pem"), keyFile: file("server.key")),
      file("authority.pem")
    )
  }

  func configuration() throws -> TLSConfiguration {
    .makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificateFile).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem)))
  }
}
