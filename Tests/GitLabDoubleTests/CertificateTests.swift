import Foundation
import Testing

@testable import GitLabDouble

@Suite struct CertificateTests {
  @Test func `HTTPS holds with the authority and fails without`() async throws {
    let fixture = try await Fixture()
    let (certificate, authority) = try await ServerCertificate.make(in: fixture.folder)
    var options = GitLabDouble.Options()
    options.certificate = certificate
    let secure = try await GitLabDouble.start(options: options)
    #expect(secure.baseURL.hasPrefix("https://127.0.0.1:"))
    secure.addProject(path: "acme/widgets", repository: fixture.repository, visibility: .public)
    let url = secure.baseURL + "/acme/widgets.git"
    let refs = try await fixture.git.run(["-c", "http.sslCAInfo=\(authority)", "ls-remote", url])
    #expect(String(decoding: refs, as: UTF8.self).contains("refs/heads/main"))
    await #expect(throws: GitCommandError.self) { try await fixture.git.run(["ls-remote", url]) }
    await secure.stop()
    await fixture.double.stop()
  }
}
