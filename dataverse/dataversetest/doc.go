// Package dataversetest is a double of the Dataverse Web API, as far as segments
// and metadata go: for tests, and for people who want to try the commands without
// an organization (see the command in serve).
//
// It speaks the documented subset faithfully: OData headers and errors, creation
// with OData-EntityId, $select, $filter with eq, $top and @odata.nextLink, the
// actions on segments, statuses that settle after a while, and metadata with
// their changes. A query is valid if the local checker finds no error in it. It
// can be told to misbehave, and keeps a log of all that it was asked.
//
// What the vendor does not document, the double makes up: the answers of
// getState and of msdyncrm_FetchContactsByQuery.
//
// The package imports lang. It keeps everything in memory, and never imports the
// client.
package dataversetest
