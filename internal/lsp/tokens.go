package lsp

// tokenCache holds the semantic tokens that clients may ask the changes from.
type tokenCache struct{}

func (c *tokenCache) forget(fileURI) {}
