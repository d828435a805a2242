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

  func configuration() throws -> TLSConfiguration {
    .makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(certificateFile).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: keyFile, format: .pem)))
  }
}
