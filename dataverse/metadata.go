package dataverse

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"segql/lang/schema"
)

// tablesPerRequest keeps an answer to a few megabytes and an address to a few
// kilobytes.
const tablesPerRequest = 25

// Pull reads the organization's tables, with their columns and choices, and the
// relationships between tables. Without names it reads all tables; a name that
// does not exist is an error. Progress counts requests.
//
// Prev, if not nil, is what was pulled before. Where the service can say what
// has changed since, only that is fetched; else, and where something was deleted,
// all is.
func (c *Client) Pull(ctx context.Context, tables []string, prev *schema.Schema, progress Progress) (*schema.Schema, error) {
	names, err := tableNames(tables)
	if err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	if c.continues(prev, names) {
		next, err := c.pullChanges(ctx, names, prev)
		if err == nil {
			progress(1, 1)
			return next, nil
		}
		if !errors.Is(err, errFetchAll) {
			return nil, err
		}
	}
	return c.pullAll(ctx, names, progress)
}

func tableNames(tables []string) ([]string, error) {
	names := make([]string, 0, len(tables))
	for _, name := range tables {
		name = strings.ToLower(strings.TrimSpace(name))
		if !isName(name) {
			return nil, fmt.Errorf("%q is not the name of a table: expected letters, digits and underscores", plain(name, 60))
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// continues reports whether prev is of this organization, has a stamp, and holds
// the tables that are asked for and no others: what of it is not asked for would
// get the new stamp without its changes.
func (c *Client) continues(prev *schema.Schema, names []string) bool {
	info := prev.Info()
	if info.Stamp == "" || !strings.EqualFold(info.Organization, c.Organization()) {
		return false
	}
	whole := 0
	for _, t := range prev.Tables() {
		switch {
		case !t.Partial:
			whole++
		case len(names) == 0:
			return false // it was only named by others: prev does not hold all tables
		}
	}
	for _, name := range names {
		if t := prev.Table(name); t == nil || t.Partial {
			return false
		}
	}
	return len(names) == 0 || whole == len(names)
}

func (c *Client) info(stamp string) schema.Info {
	return schema.Info{Origin: schema.OriginOrganization, Organization: c.Organization(), Stamp: stamp, Source: "EntityDefinitions"}
}

// stamped gives a schema the organization and the stamp.
func (c *Client) stamped(stamp string, schemas ...*schema.Schema) (*schema.Schema, error) {
	empty, err := schema.New(schema.Content{Info: c.info(stamp)})
	if err != nil {
		return nil, err
	}
	return schema.Merge(append(schemas, empty)...), nil
}

// pullAll fetches everything. The stamp is asked for first, so that a change made
// meanwhile is at worst fetched twice.
func (c *Client) pullAll(ctx context.Context, names []string, progress Progress) (*schema.Schema, error) {
	stamp, err := c.stamp(ctx)
	if err != nil {
		return nil, err
	}
	list, err := c.listTables(ctx, names)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, t := range list.Tables() {
		found = append(found, t.Name)
	}
	for _, name := range names {
		if list.Table(name) == nil {
			return nil, fmt.Errorf("the organization has no table %q: check its logical name", name)
		}
	}
	if len(found) == 0 {
		return nil, &Error{
			Asked: "list the tables", Message: "the service lists none, and no organization is without tables",
			Advice: "check the address of the organization, and that your role may read tables",
		}
	}

	chunks := slices.Collect(slices.Chunk(found, tablesPerRequest))
	p := &pull{client: c, progress: progress, done: 2, total: 4 + len(chunks)}
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	keep := relationsOf(names)
	group.Go(func() error { return p.relationships(groupCtx, "OneToMany", oneToMany, keep) })
	group.Go(func() error { return p.relationships(groupCtx, "ManyToMany", manyToMany, keep) })
	fetch := p.columns
	if stamp == "" {
		fetch = p.columnsByCasts
	}
	for _, chunk := range chunks {
		if groupCtx.Err() != nil {
			break
		}
		group.Go(func() error { return fetch(groupCtx, chunk) })
	}
	if err := group.Wait(); err != nil {
		return nil, cmp.Or(ctx.Err(), err)
	}
	return c.stamped(stamp, append([]*schema.Schema{list}, p.parts...)...)
}

// A pull collects the parts of a full fetch.
type pull struct {
	client *Client

	mu          sync.Mutex
	parts       []*schema.Schema
	progress    Progress
	done, total int
}

func (p *pull) add(part *schema.Schema) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.parts = append(p.parts, part)
}

func (p *pull) step(more int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	p.total += more
	p.progress(p.done, p.total)
}

const (
	tableSelect = "LogicalName,DisplayName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,TableType,DataProviderId,ChangeTrackingEnabled"
	oneToMany   = "SchemaName,ReferencedEntity,ReferencedAttribute,ReferencingEntity,ReferencingAttribute"
	manyToMany  = "SchemaName,Entity1LogicalName,Entity1IntersectAttribute,Entity2LogicalName,Entity2IntersectAttribute,IntersectEntityName"
	shared      = "LogicalName,DisplayName,AttributeType,AttributeTypeName,SourceType"
)

// listTables fetches the tables without their columns.
func (c *Client) listTables(ctx context.Context, names []string) (*schema.Schema, error) {
	var parts []*schema.Schema
	chunks := slices.Collect(slices.Chunk(names, tablesPerRequest))
	if len(chunks) == 0 {
		chunks = [][]string{nil}
	}
	for _, chunk := range chunks {
		query := url.Values{"$select": {tableSelect}}
		if chunk != nil {
			query.Set("$filter", anyOf("LogicalName", chunk))
		}
		part, err := c.fetchSchema(ctx, c.get("list the tables", "EntityDefinitions", query), schema.ReadEntityDefinitions)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return schema.Merge(parts...), nil
}

func anyOf(property string, values []string) string {
	terms := make([]string, len(values))
	for i, v := range values {
		terms[i] = property + " eq " + odataString(v)
	}
	return strings.Join(terms, " or ")
}

// fetchSchema reads an answer as it comes in, without holding it as text.
func (c *Client) fetchSchema(ctx context.Context, r *Request, read func(io.Reader) (*schema.Schema, error)) (*schema.Schema, error) {
	var s *schema.Schema
	err := c.call(ctx, r, func(a answer) error {
		from, err := a.json(maxMetadata)
		if err != nil {
			return err
		}
		s, err = read(from)
		return err
	})
	return s, err
}

// relationsOf says which relationships belong to some tables: all if there are
// no names.
func relationsOf(names []string) func(*schema.Relationship) bool {
	if len(names) == 0 {
		return func(*schema.Relationship) bool { return true }
	}
	return func(r *schema.Relationship) bool {
		return slices.ContainsFunc(r.Ends[:], func(e schema.End) bool {
			_, found := slices.BinarySearch(names, strings.ToLower(e.Table))
			return found
		})
	}
}

func (p *pull) relationships(ctx context.Context, kind, properties string, keep func(*schema.Relationship) bool) error {
	r := p.client.get("read the relationships", "RelationshipDefinitions/Microsoft.Dynamics.CRM."+kind+"RelationshipMetadata",
		url.Values{"$select": {properties}})
	all, err := p.client.fetchSchema(ctx, r, schema.ReadRelationshipDefinitions)
	if err != nil {
		return err
	}
	part, err := filtered(all, keep)
	if err != nil {
		return err
	}
	p.add(part)
	p.step(0)
	return nil
}

// filtered returns the relationships of a schema that are to be kept.
func filtered(s *schema.Schema, keep func(*schema.Relationship) bool) (*schema.Schema, error) {
	content := schema.Content{Info: s.Info()}
	for _, r := range s.Relationships() {
		if keep(r) {
			content.Relationships = append(content.Relationships, r)
		}
	}
	return schema.New(content)
}

// columns fetches the columns and choices of some tables in one request.
func (p *pull) columns(ctx context.Context, tables []string) error {
	changes, err := p.client.changes(ctx, "read the columns", changesQuery{
		Criteria:   criteria(tables),
		Properties: propertyNames("LogicalName,Attributes"),
		Attributes: columnsQuery(),
	}, "")
	if err != nil {
		return err
	}
	p.add(changes.schema)
	p.step(0)
	return nil
}

// columnsByCasts fetches the columns of some tables where the service does not
// know RetrieveMetadataChanges: what all columns share in one request, and
// choices, lengths and targets in one for each table and type that has any.
func (p *pull) columnsByCasts(ctx context.Context, tables []string) error {
	r := p.client.get("read the columns", "EntityDefinitions", url.Values{
		"$select": {"LogicalName"}, "$filter": {anyOf("LogicalName", tables)},
		"$expand": {"Attributes($select=" + shared + ")"},
	})
	part, err := p.client.fetchSchema(ctx, r, schema.ReadEntityDefinitions)
	if err != nil {
		return err
	}
	p.add(part)
	var requests []castRequest
	for _, t := range part.Tables() {
		if !t.Partial {
			requests = append(requests, castsOf(t)...)
		}
	}
	p.step(len(requests))
	for _, cast := range requests {
		r := p.client.get("read the columns", "EntityDefinitions(LogicalName="+odataString(cast.table)+")/Attributes/Microsoft.Dynamics.CRM."+cast.kind+"AttributeMetadata", cast.query)
		part, err := p.client.fetchSchema(ctx, r, func(from io.Reader) (*schema.Schema, error) {
			return schema.ReadAttributeDefinitions(from, cast.table)
		})
		if err != nil {
			return err
		}
		p.add(part)
		p.step(0)
	}
	return nil
}

type castRequest struct {
	table, kind string
	query       url.Values
}

// castsOf returns the requests for what only some types of columns have, for
// those types that the table has.
func castsOf(t *schema.Table) []castRequest {
	types := map[schema.Type]bool{}
	for _, c := range t.Columns {
		types[c.Type] = true
	}
	var requests []castRequest
	for _, kind := range []schema.Type{
		schema.TypePicklist, schema.TypeMultiSelectPicklist, schema.TypeState, schema.TypeStatus, schema.TypeBoolean,
		schema.TypeString, schema.TypeMemo, schema.TypeLookup, schema.TypeCustomer, schema.TypeOwner,
	} {
		if !types[kind] {
			continue
		}
		request := castRequest{table: t.Name, kind: kind.String()}
		switch {
		case kind.IsText():
			request.query = url.Values{"$select": {"LogicalName,MaxLength"}}
		case kind.IsLookup():
			// Customer and Owner columns are lookups to the service.
			if kind != schema.TypeLookup && types[schema.TypeLookup] {
				continue
			}
			request.kind = schema.TypeLookup.String()
			request.query = url.Values{"$select": {"LogicalName,Targets"}}
		case kind == schema.TypeBoolean:
			request.query = url.Values{"$select": {"LogicalName"}, "$expand": {"OptionSet($select=TrueOption,FalseOption)"}}
		default:
			request.query = url.Values{"$select": {"LogicalName"}, "$expand": {"OptionSet($select=Options),GlobalOptionSet($select=Options)"}}
		}
		if !slices.ContainsFunc(requests, func(o castRequest) bool { return o.kind == request.kind }) {
			requests = append(requests, request)
		}
	}
	return requests
}

// changesQuery is the EntityQueryExpression of RetrieveMetadataChanges.
type changesQuery struct {
	Criteria      *filterExpression   `json:"Criteria,omitempty"`
	Properties    propertyExpression  `json:"Properties"`
	Attributes    *attributeQuery     `json:"AttributeQuery,omitempty"`
	Relationships *relationshipsQuery `json:"RelationshipQuery,omitempty"`
}

type filterExpression struct {
	Operator   string      `json:"FilterOperator"`
	Conditions []condition `json:"Conditions"`
}

type condition struct {
	Property string     `json:"PropertyName"`
	Operator string     `json:"ConditionOperator"`
	Value    typedValue `json:"Value"`
}

type typedValue struct {
	Type  string `json:"Type"`
	Value string `json:"Value"`
}

type propertyExpression struct {
	All   bool     `json:"AllProperties"`
	Names []string `json:"PropertyNames"`
}

type attributeQuery struct {
	Properties propertyExpression `json:"Properties"`
}

type relationshipsQuery struct {
	Properties propertyExpression `json:"Properties"`
}

func propertyNames(names string) propertyExpression {
	return propertyExpression{Names: strings.Split(names, ",")}
}

func columnsQuery() *attributeQuery {
	return &attributeQuery{propertyNames(shared + ",MaxLength,Targets,OptionSet")}
}

// criteria picks tables by name; nil picks all.
func criteria(tables []string) *filterExpression {
	if len(tables) == 0 {
		return nil
	}
	f := &filterExpression{Operator: "Or"}
	for _, name := range tables {
		f.Conditions = append(f.Conditions, condition{"LogicalName", "Equals", typedValue{"System.String", name}})
	}
	return f
}

// stamp asks for the service's present stamp; it is empty if the service does
// not know RetrieveMetadataChanges.
func (c *Client) stamp(ctx context.Context) (string, error) {
	changes, err := c.changes(ctx, "ask what has changed", changesQuery{
		Criteria: criteria([]string{"contact"}), Properties: propertyNames("LogicalName"),
	}, "")
	var failure *Error
	if errors.As(err, &failure) {
		switch failure.Status {
		case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
			return "", nil
		}
	}
	return changes.stamp, err
}

// errFetchAll says that changes alone do not do.
var errFetchAll = errors.New("everything must be fetched")

// pullChanges fetches what has changed since prev.
func (c *Client) pullChanges(ctx context.Context, names []string, prev *schema.Schema) (*schema.Schema, error) {
	changes, err := c.changes(ctx, "ask what has changed", changesQuery{
		Criteria:      criteria(names),
		Properties:    propertyNames(tableSelect + ",Attributes,OneToManyRelationships,ManyToOneRelationships,ManyToManyRelationships"),
		Attributes:    columnsQuery(),
		Relationships: &relationshipsQuery{propertyNames(oneToMany + "," + manyToMany)},
	}, prev.Info().Stamp)
	var failure *Error
	switch {
	case errors.As(err, &failure) && failure.Status != 0 && !failure.Temporary && failure.Status != http.StatusUnauthorized && failure.Status != http.StatusForbidden:
		// The stamp has lapsed (0x80044352), or too much has changed.
		return nil, errFetchAll
	case err != nil:
		return nil, err
	case changes.deleted || changes.stamp == "":
		// What is gone is named by ids, which a schema does not keep.
		return nil, errFetchAll
	}
	return c.stamped(changes.stamp, prev, changes.schema)
}

// metadataChanges is an answer of RetrieveMetadataChanges.
type metadataChanges struct {
	schema  *schema.Schema
	stamp   string
	deleted bool
}

// changes calls RetrieveMetadataChanges. Without a stamp everything that the
// query picks has changed.
func (c *Client) changes(ctx context.Context, what string, q changesQuery, since string) (metadataChanges, error) {
	path := "RetrieveMetadataChanges(Query=@q)"
	query := url.Values{"@q": {encode(q)}}
	if since != "" {
		path = "RetrieveMetadataChanges(Query=@q,ClientVersionStamp=@s,DeletedMetadataFilters=@d)"
		query.Set("@s", odataString(since))
		query.Set("@d", "Microsoft.Dynamics.CRM.DeletedMetadataFilters'Entity,Attribute,Relationship'")
	}
	var changes metadataChanges
	err := c.call(ctx, c.get(what, path, query), func(a answer) error {
		from, err := a.json(maxAnswer)
		if err != nil {
			return err
		}
		changes, err = readChanges(from)
		return err
	})
	return changes, err
}

// readChanges reads an answer table by table, so that no more than one of them
// is held as text.
func readChanges(from io.Reader) (changes metadataChanges, err error) {
	d := json.NewDecoder(from)
	if err := expect(d, '{'); err != nil {
		return changes, err
	}
	var parts []*schema.Schema
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return changes, err
		}
		switch key {
		case "ServerVersionStamp":
			err = d.Decode(&changes.stamp)
		case "EntityMetadata":
			parts, err = readTables(d)
		case "DeletedMetadata":
			var deleted struct{ Keys []any }
			err = d.Decode(&deleted)
			changes.deleted = len(deleted.Keys) > 0
		default:
			var other json.RawMessage
			err = d.Decode(&other)
		}
		if err != nil {
			return changes, err
		}
	}
	if err := expect(d, '}'); err != nil {
		return changes, err
	}
	changes.schema = schema.Merge(parts...)
	return changes, nil
}

func readTables(d *json.Decoder) (parts []*schema.Schema, err error) {
	if err := expect(d, '['); err != nil {
		return nil, err
	}
	for d.More() {
		var table json.RawMessage
		if err := d.Decode(&table); err != nil {
			return nil, err
		}
		part, err := schema.ReadEntityDefinitions(bytes.NewReader(table))
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, expect(d, ']')
}

func expect(d *json.Decoder, delim json.Delim) error {
	t, err := d.Token()
	switch {
	case err != nil:
		return err
	case t != delim:
		return errForm
	}
	return nil
}
