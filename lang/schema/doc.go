// Package schema holds what the toolkit knows about the tables a segment query
// selects from: tables with their columns and choices, the relationships
// between tables, and the interactions that can be counted.
//
// A [Schema] comes from one of three places. [Standard] is embedded in the
// program: it describes the standard tables of Dynamics 365 as far as public
// sources do, so whatever it lacks may still exist in an organization. A
// snapshot, the file schema.json, is an organization's own schema, read by
// [ReadSnapshot] and written by [WriteSnapshot]. And [ReadEntityDefinitions],
// [ReadRelationshipDefinitions], [ReadAttributeDefinitions] and [ReadMetadata]
// read what the Dataverse Web API answers. [Read] finds out by itself which of
// these documents it was given, and [Merge] makes one schema of several.
//
// Names are matched without regard to case, in constant time, and without an
// allocation. A schema and all that it hands out never change after it was
// made: callers must not write to a [Table], [Column], [Relationship] or
// [Interaction], and may share them between goroutines. Every look-up also
// works on a nil [Schema] and a nil [Table]: they hold nothing.
//
// The package uses nothing but the standard library. It never opens a file,
// never talks to a network and never follows a reference out of a document; a
// DOCTYPE or an entity in a metadata document is refused. It knows nothing of
// queries.
package schema
