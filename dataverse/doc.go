// Package dataverse talks to the Dataverse Web API of one organization: it
// asks whether queries are valid, keeps segments and their members, and reads
// the organization's tables.
//
// A [Client] runs at most eight requests at once. When the service asks for
// patience (429), the whole client pauses; a request that may have been carried
// out is sent again only if doing it twice does no harm. Every call takes a
// context and stops at once when it ends. Every error of the service is an
// [Error]: one plain sentence, with advice. Neither an access token nor the text
// of a query stands in an error or a log line, nor what the service repeats of
// them in its own spelling or in a usual encoding. The ids of records may.
//
// Signing in is the business of package signin: a client takes any credential.
//
// The package imports lang and the Azure SDK's core. It never reads or
// writes a file, never sends a token to another origin than the organization's,
// and never publishes a segment that it was not asked to.
package dataverse
