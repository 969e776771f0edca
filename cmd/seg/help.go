package main

const helpRoot = `seg works on segment queries of Dynamics 365.

Usage: seg <command> [flags] [path ...]

Commands:
  check        find mistakes, and mend them
  explain      say in plain English what queries select
  rules        list the rules that check knows, or explain one
  schema       look into tables and columns, or make a schema
  ast          print the syntax tree as JSON
  validate     have an organization validate queries
  segments     list, create, change and delete an organization's segments
  members      list, add and remove the members of a segment
  completion   print the completion script for a shell
  help         explain a command

Flags:
  --version    print the version
  -h, --help   print this help, or that of a command

seg help check explains the command check, and so on. segfmt formats queries.

A project is a folder with a file seg.toml, which all .seg files below follow:

  dialect = "realtime"              # or "outbound"; default: what the text shows
  schema = "schema.json"            # or "none"; default: the standard tables
  [org]
  url = "https://contoso.crm4.dynamics.com"
  [rules]
  mixed-logical-operators = "off"   # off, hint, info, warning or error
`

const helpCheck = `seg check finds mistakes in segment queries.

Usage: seg check [flags] path ...

A path is one of these:
  file         a file with any name
  folder       all .seg files in it and below it. Hidden files and folders,
               node_modules and vendor are skipped, links to folders not followed.
  folder/...   the same as folder
  -            standard input

Flags:
  --schema FILE          the schema that names are checked against, or none
  --dialect NAME         realtime or outbound, for files that do not say it
  --format FORM          text (default), json, sarif or github
  --strict               exit with 1 for warnings, too
  --fix                  mend what can be mended for sure, and format what was mended
  --stdin-filename NAME  the name of standard input, for messages and seg.toml
  -h, --help             print this help

Each line of text is path:line:column: severity: message [rule], with lines and
columns from 1 and columns in characters. On a terminal the source line follows.
sarif is SARIF 2.1.0; github are workflow commands that GitHub shows as
annotations, the errors first. A summary goes to standard error.

Dialect, schema and severities come from seg.toml in the folder of a file or
above it; flags win over it. A comment // seg:dialect realtime at the start of a
file wins over both. All .seg files below the folder of the seg.toml know each
other's definitions, whether they are named here or not; without a seg.toml only
those that are named do.

A comment // seg:ignore RULE switches a rule off for the next line.

Exit codes:
  0  no errors
  1  errors; with --strict warnings, too
  2  a wrong command line, or a file that could not be read or written. All
     other files were still checked.

Examples:
  seg check .                            check all .seg files below this folder
  seg check --fix vip.seg                mend vip.seg
  seg check --format sarif . > seg.sarif
  seg check --schema none - < vip.seg    check without knowing the tables
`

const helpExplain = `seg explain says in plain English what segment queries select.

Usage: seg explain [flags] path ...

A path is a file, a folder, or - for standard input, as for seg check.

Flags:
  --schema FILE          the schema with the labels of columns and choices, or none
  --dialect NAME         realtime or outbound, for files that do not say it
  --stdin-filename NAME  the name of standard input, for messages and seg.toml
  -h, --help             print this help

Exit codes:
  0  all is well
  1  a file has mistakes in its syntax, so that not all could be explained
  2  a wrong command line, or a file that could not be read

Example:
  seg explain vip.seg
`

const helpRules = `seg rules lists the rules that seg check knows, or explains one.

Usage: seg rules [name]

Without a name it prints a line for each rule: its name, its severity, the
dialect that it holds in, and what it finds. With a name it explains that rule,
with an example that is reported and one that is fine.

Mistakes in the syntax have names, too, and stand in a list of their own: they
are always errors, and no comment or seg.toml switches them off.

Flags:
  -h, --help   print this help

Examples:
  seg rules
  seg rules unknown-column
  seg rules single-equals
`

const helpAST = `seg ast prints the syntax tree of a file as JSON.

Usage: seg ast [flags] [file]

Without a file, or with - as the file, it reads standard input. There is a tree
for text with mistakes, too; they are listed under "errors".

Flags:
  --spans      with the place of each node: [start, end] in bytes of the file
  --comments   with the comments
  -h, --help   print this help

Exit codes:
  0  all is well
  1  the text has mistakes in its syntax
  2  a wrong command line, or a file that could not be read

Example:
  seg ast --spans vip.seg
`

const helpSchema = `seg schema looks into the schema that queries are checked against, or makes one.

Usage: seg schema <command> [flags]

Commands:
  show     show what the schema says of a table, column, relationship or interaction
  import   make a schema of files with an organization's metadata
  pull     make a schema of what an organization answers

Flags:
  -h, --help   print this help

Examples:
  seg schema show contact
  seg schema show contact.statecode
  seg schema import metadata.xml -o schema.json
  seg schema pull --org https://contoso.crm4.dynamics.com -o schema.json
`

const helpSchemaShow = `seg schema show prints what the schema says of a name.

Usage: seg schema show [flags] [table[.column] | relationship | interaction]

Without a name it lists the tables. The schema is that of the seg.toml in this
folder or above it, or else that of the standard tables.

Flags:
  --schema FILE   another schema
  -h, --help      print this help

Examples:
  seg schema show
  seg schema show contact
  seg schema show contact.statecode
  seg schema show EmailOpened
`

const helpSchemaImport = `seg schema import makes a schema of an organization's metadata.

Usage: seg schema import [flags] file ...

A file is an answer of the Dataverse Web API: the $metadata document, or that of
EntityDefinitions or RelationshipDefinitions; or a schema. Of several files
the later ones add to the earlier, and win over them. - is standard input.

Flags:
  -o, --output FILE   where the schema goes; default: standard output
  -h, --help          print this help

Examples:
  seg schema import metadata.xml -o schema.json
  seg schema import metadata.xml EntityDefinitions.json -o schema.json
`
