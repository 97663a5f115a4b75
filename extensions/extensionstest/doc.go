// Package extensionstest is what an author needs to test an extension: a suite that holds it to the contract of package
// extensions, the environment a factory wants, and an authorization server with real keys behind real HTTP.
//
// It owns no assertions about any one extension: what a token must look like or which operation is refused is for the
// extension's own tests. It reads nothing from the network but its own server on the loopback interface.
//
// Run is called from a test of the extension:
//
//	func TestContract(t *testing.T) {
//		extensionstest.Run(t, open, extensionstest.Subject{Config: `allowed = ["acme"]`})
//	}
package extensionstest
