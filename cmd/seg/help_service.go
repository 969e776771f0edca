package main

// serviceFlags are the flags that all commands have that ask the service.
const serviceFlags = `  --org URL              the organization, such as https://contoso.crm4.dynamics.com;
                         default: SEG_ORG, or else the seg.toml
  --tenant NAME          the tenant to sign in to, if it is not your own
  --authority URL        where to sign in, if the organization's host does not tell
  --verbose              log each request to standard error, without what it holds
`

// signIn tells how a command signs in.
const signIn = `
It signs in with the access token in SEG_TOKEN, or else as the Azure tools do:
with the AZURE_.. variables of a service principal, a workload's or machine's
identity, az login, azd auth login, or on a terminal with a code that you enter
in a browser. Tokens are kept in memory only. More is in docs/service.md.
`

const serviceExit = `  2    a wrong command line, or a file that could not be read
  3    the service could not be asked, or refused
  130  interrupted
`

const helpValidate = `seg validate has an organization say whether it accepts queries.

Usage: seg validate [flags] path ...

A path is a file, a folder, or - for standard input, as for seg check. Queries are
checked here first; those without errors are sent to msdyncrm_ValidateSegment,
equal ones once. Nothing is stored and nothing goes live. The service does not
say where a mistake is: the finding stands where seg check believes it to be, or
else at the start of the query. Realtime queries are not sent, since the service
can only validate them by publishing them.

Flags:
` + serviceFlags + `  --schema FILE          the schema that names are checked against here, or none
  --dialect NAME         realtime or outbound, for files that do not say it
  --format FORM          text (default), json, sarif or github
  --strict               exit with 1 for warnings, too
  --stdin-filename NAME  the name of standard input, for messages and seg.toml
  -h, --help             print this help
` + signIn + `
Exit codes:
  0    the service accepts all queries
  1    errors, found here or by the service; with --strict warnings, too
` + serviceExit + `
Examples:
  seg validate --org https://contoso.crm4.dynamics.com segments
  SEG_ORG=https://contoso.crm4.dynamics.com seg validate --format github .
`

const helpSchemaPull = `seg schema pull makes a schema of an organization's tables.

Usage: seg schema pull [flags] -o file

It reads tables, columns, choices and relationships. If the file is there and holds
the same tables of the same organization, only what has changed since is fetched.

Flags:
  -o, --output FILE      where the schema goes; - is standard output
  --table NAME,NAME      only these tables; default: all
  --full                 fetch everything, whatever the file holds
` + serviceFlags + `  -h, --help             print this help
` + signIn + `
Exit codes:
  0    the file is up to date
` + serviceExit + `
Examples:
  seg schema pull --org https://contoso.crm4.dynamics.com -o schema.json
  seg schema pull -o schema.json --table contact,account,lead
`

const helpSegments = `seg segments works on the outbound segments of an organization.

Usage: seg segments <command> [flags] [id]

Commands:
  list      list segments
  get       show a segment and its query
  create    create a dynamic, static or compound segment
  update    change its name, query, description or status
  delete    delete a segment
  go-live   make a segment live
  stop      stop a live segment

Flags:
  -h, --help   print this help

Examples:
  seg segments list --type dynamic
  seg segments create --query-file vip.seg
  seg segments go-live 00000000-0000-4000-8000-000000000001
`

const helpSegmentsList = `seg segments list lists an organization's segments.

Usage: seg segments list [flags]

Flags:
  --name NAME            only those with this whole name
  --type TYPE            only dynamic, static or compound ones
  --status STATUS        only draft, going-live, live, stopping or stopped ones
  --filter EXPRESSION    only those that an OData filter picks
  --top N                at most N
  --format FORM          table (default), json or csv
` + serviceFlags + `  -h, --help             print this help

Exit codes:
  0    all is well
` + serviceExit + `
Examples:
  seg segments list --status live
  seg segments list --format csv > segments.csv
  seg segments list --filter "msdyncrm_segmentname eq 'VIP customers'"
`

const helpSegmentsGet = `seg segments get shows a segment and its query.

Usage: seg segments get [flags] id

Flags:
  --format FORM          text (default); json, which has the members of a static one;
                         or seg, which is the text of a source file
` + serviceFlags + `  -h, --help             print this help

Exit codes:
  0    all is well
` + serviceExit + `
Examples:
  seg segments get 00000000-0000-4000-8000-000000000001
  seg segments get --format seg 00000000-0000-4000-8000-000000000001 > vip.seg
`

const helpSegmentsCreate = `seg segments create creates a segment and prints its id.

Usage: seg segments create [flags]

The query is checked here first and sent on one line without comments. A segment
is created as a draft. It cannot be created live: the service makes it live some
time after it was set to going-live.

Flags:
  --query-file FILE      the file with the query; - is standard input
  --definition NAME      the segment of the file, if it has several
  --name NAME            the segment's name; default: that in the file, or the file's
  --description TEXT     what it is for
  --type TYPE            dynamic, static or compound; default: what the query is
  --ids-file FILE        the contacts of a static segment, at most 20,000, in a file as
                         seg members add takes it
  --status STATUS        draft (default) or going-live
  --dry-run              print the request instead of sending it
` + serviceFlags + `  --schema FILE          the schema that names are checked against here, or none
  --dialect NAME         outbound, if the file does not say it
  --stdin-filename NAME  the name of standard input, for messages and seg.toml
  -h, --help             print this help

Exit codes:
  0    the segment was created
  1    the query has mistakes, so nothing was sent
` + serviceExit + `
Examples:
  seg segments create --query-file vip.seg --name "VIP customers"
  seg segments create --type static --name "Guests of the opening"
  seg segments create --query-file vip.seg --dry-run
`

const helpSegmentsUpdate = `seg segments update changes a segment.

Usage: seg segments update [flags] id

What is not named stays as it is. The query is checked here first. Nobody can set
a segment to live or stopped: set it to going-live or stopping. Before it stops a segment it
asks, as seg segments stop does; without a terminal to ask on it needs --yes.

Flags:
  --name NAME            the new name
  --query-file FILE      the file with the new query; - is standard input
  --definition NAME      the segment of the file, if it has several
  --description TEXT     the new description
  --status STATUS        going-live or stopping
  --yes                  do not ask before it stops the segment
  --dry-run              print the request instead of sending it
` + serviceFlags + `  --schema FILE          the schema that names are checked against here, or none
  --dialect NAME         outbound, if the file does not say it
  --stdin-filename NAME  the name of standard input, for messages and seg.toml
  -h, --help             print this help

Exit codes:
  0    the segment was changed
  1    the query has mistakes, so nothing was sent; or you said no
` + serviceExit + `
Example:
  seg segments update --query-file vip.seg 00000000-0000-4000-8000-000000000001
`

const helpSegmentsDelete = `seg segments delete deletes a segment, which cannot be undone.

Usage: seg segments delete [flags] id

Flags:
  --yes                  do not ask
  --dry-run              print the request instead of sending it
` + serviceFlags + `  -h, --help             print this help

Without a terminal to ask on it needs --yes.

Exit codes:
  0    the segment was deleted
  1    you said no
` + serviceExit + `
Example:
  seg segments delete 00000000-0000-4000-8000-000000000001
`

const helpSegmentsGoLive = `seg segments go-live makes a segment live.

Usage: seg segments go-live [flags] id

The service does it some time later: seg segments get shows the status.

Flags:
  --dry-run              print the request instead of sending it
` + serviceFlags + `  -h, --help             print this help

Exit codes:
  0    the service has taken it
` + serviceExit + `
Example:
  seg segments go-live 00000000-0000-4000-8000-000000000001
`

const helpSegmentsStop = `seg segments stop stops a live segment.

Usage: seg segments stop [flags] id

The service does it some time later: seg segments get shows the status. Journeys
that use the segment get no more members from it.

Flags:
  --yes                  do not ask
  --dry-run              print the request instead of sending it
` + serviceFlags + `  -h, --help             print this help

Without a terminal to ask on it needs --yes.

Exit codes:
  0    the service has taken it
  1    you said no
` + serviceExit + `
Example:
  seg segments stop 00000000-0000-4000-8000-000000000001
`

const helpMembers = `seg members works on the members of a segment.

Usage: seg members <command> [flags] [id]

Commands:
  list     list the members of a segment, or the contacts that a query selects
  add      add contacts to a static segment, by ids or by a query
  remove   remove contacts from a static segment, by ids or by a query
  state    ask how far the last change of members is

Flags:
  -h, --help   print this help

Examples:
  seg members list 00000000-0000-4000-8000-000000000001 --format csv > members.csv
  seg members add 00000000-0000-4000-8000-000000000001 --ids-file members.csv
`

const helpMembersList = `seg members list lists the members of a segment, or what a query selects.

Usage: seg members list [flags] id
       seg members list [flags] --query-file file

Flags:
  --query-file FILE      a file with a query for contacts; - is standard input
  --definition NAME      the segment of the file, if it has several
  --columns NAME,NAME    columns of contact beside its id;
                         default: fullname,emailaddress1
  --order TEXT           what ORDERBY holds; default: fullname ASC, contactid ASC
  --top N                at most N
  --skip N               leave out the first N
  --page-size N          how many to ask for at once; default: 5000
  --business-unit ID     the business unit that owns the segment
  --time-zone N          the TimeZone of the request, 0 by default: the number that
                         Dynamics 365 has for the time zone of the query's dates
  --format FORM          table (default), json or csv
  --dry-run              print the first request instead of sending it
` + serviceFlags + `  --schema FILE          the schema that names are checked against here, or none
  --dialect NAME         outbound, if the file does not say it
  --stdin-filename NAME  the name of standard input, for messages and seg.toml
  -h, --help             print this help

If it ends early, it says with which --skip it goes on.

Exit codes:
  0    all is well
  1    the query has mistakes, so nothing was sent
` + serviceExit + `
Examples:
  seg members list 00000000-0000-4000-8000-000000000001
  seg members list --query-file vip.seg --top 20 --columns fullname,address1_city
`

const membersSources = `  --ids-file FILE        ids of contacts: one a line, a CSV file or an export of
                         Dynamics 365, or JSON of seg members list;
                         - is standard input
  --skip N               leave out the first N ids, which an earlier run has sent
  --query-file FILE      a file with a query for contacts; - is standard input
  --definition NAME      the segment of the file, if it has several
  --dry-run              print the requests instead of sending them
` + serviceFlags + `  --schema FILE          the schema that names are checked against here, or none
  --dialect NAME         outbound, if the file does not say it
  --stdin-filename NAME  the name of standard input, for messages and seg.toml
  -h, --help             print this help

Ids are sent 20,000 at a time. If it ends early, it says with which --skip it goes
on. The service takes the ids and works them in afterwards; see seg members state.
`

const helpMembersAdd = `seg members add adds contacts to a static segment.

Usage: seg members add [flags] id --ids-file file
       seg members add [flags] id --query-file file

Ids that do not exist are passed over by the service. A contact that the segment's
owner cannot see through the business unit makes the segment hang.

Flags:
` + membersSources + `
Exit codes:
  0    the service has taken all
  1    the query has mistakes, so nothing was sent
` + serviceExit + `
Example:
  seg members add 00000000-0000-4000-8000-000000000001 --ids-file guests.csv
`

const helpMembersRemove = `seg members remove removes contacts from a static segment.

Usage: seg members remove [flags] id --ids-file file
       seg members remove [flags] id --query-file file

Flags:
  --yes                  do not ask
` + membersSources + `
Without a terminal to ask on it needs --yes.

Exit codes:
  0    the service has taken all
  1    the query has mistakes, so nothing was sent; or you said no
` + serviceExit + `
Example:
  seg members remove 00000000-0000-4000-8000-000000000001 --ids-file gone.csv
`

const helpMembersState = `seg members state asks how far the last change of a segment's members is.

Usage: seg members state [flags] id

It prints what the service says, in its own words.

Flags:
` + serviceFlags + `  -h, --help             print this help

Exit codes:
  0    all is well
` + serviceExit + `
Example:
  seg members state 00000000-0000-4000-8000-000000000001
`
