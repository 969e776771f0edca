package main

import (
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"segql/dataverse"
)

// signIn is for clients that keep no access tokens, of which there is none in
// JavaScript; without what it takes to sign in, the module is far smaller.
func signIn(string, func(string)) (azcore.TokenCredential, error) {
	return nil, &dataverse.Error{Asked: "sign in", Message: "this editor gives no access tokens", Advice: "use segls as a program of this computer"}
}
