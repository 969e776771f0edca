//go:build !js

package main

import (
	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"segql/dataverse/signin"
)

// signIn signs in as the Azure tools do; prompt shows the user how.
func signIn(organization string, prompt func(string)) (azcore.TokenCredential, error) {
	return signin.New(signin.Options{Organization: organization, Prompt: prompt})
}
