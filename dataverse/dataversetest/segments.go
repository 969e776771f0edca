package dataversetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/parser"
	"segql/lang/schema"
)

// Values of columns.
const (
	draft     = 192350000
	live      = 192350001
	stopped   = 192350002
	goingLive = 192350006
	stopping  = 192350007

	static = 192350001
)

// record is a segment.
type record struct {
	columns map[string]any
	members map[string]bool
	// settles is when the segment is no longer going live or stopping.
	settles time.Time
}

// columns of a segment, and whether one can write them.
var segmentColumns = map[string]bool{
	"msdyncrm_segmentid": false, "msdyncrm_segmentname": true, "msdyncrm_segmenttype": true, "statuscode": true,
	"msdyncrm_segmentquery": true, "msdyncrm_segmentmemberids": true, "msdyncrm_segmentqueryname": false, "msdyncrm_description": true,
}

func itoa(n int) string { return strconv.Itoa(n) }

// number returns a column that holds a number.
func (r *record) number(column string) int {
	n, _ := r.columns[column].(float64)
	return int(n)
}

// settle moves a segment on whose time has come.
func (s *Server) settle(r *record) {
	if s.options.Clock.Now().Before(r.settles) {
		return
	}
	switch r.number("statuscode") {
	case goingLive:
		r.columns["statuscode"] = float64(live)
	case stopping:
		r.columns["statuscode"] = float64(stopped)
	}
}

// Members returns the ids of the members of a static segment, sorted.
func (s *Server) Members(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.segments[id]
	if r == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(r.members))
}

func (s *Server) create(w http.ResponseWriter, a *asked) {
	columns := map[string]any{}
	if !a.decode(w, &columns) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.nextID++
	id := fmt.Sprintf("00000000-0000-4000-8000-%012x", s.nextID)
	r := &record{members: map[string]bool{}, columns: map[string]any{
		"msdyncrm_segmentid": id, "statuscode": float64(draft),
		"msdyncrm_segmentqueryname": "SEGMENT_CRM_ID_" + strings.ReplaceAll(id, "-", ""),
	}}
	if !s.write(w, r, columns) {
		return
	}
	s.segments[id] = r
	s.order = append(s.order, id)
	w.Header().Set("OData-EntityId", a.host+a.prefix+"msdyncrm_segments("+id+")")
	w.Header().Set("OData-Version", "4.0")
	w.WriteHeader(http.StatusNoContent)
}

// write takes the columns of a request over, or refuses all of them.
func (s *Server) write(w http.ResponseWriter, r *record, columns map[string]any) bool {
	refuse := func(message string) bool {
		fail(w, http.StatusBadRequest, "0x80040203", message)
		return false
	}
	next := maps.Clone(r.columns)
	for name, value := range columns {
		if name == "msdyncrm_query" {
			name = "msdyncrm_segmentquery"
		}
		if !segmentColumns[name] {
			return refuse("The property '" + name + "' does not exist or cannot be written.")
		}
		next[name] = value
	}
	moved := &record{columns: next}
	if name, _ := next["msdyncrm_segmentname"].(string); name == "" || len([]rune(name)) > 100 {
		return refuse("msdyncrm_segmentname is required and holds at most 100 characters.")
	}
	kind := moved.number("msdyncrm_segmenttype")
	if kind < draft || kind > draft+2 {
		return refuse("msdyncrm_segmenttype is required.")
	}
	if status, ok := columns["statuscode"]; ok {
		switch status {
		case float64(goingLive):
			query, _ := next["msdyncrm_segmentquery"].(string)
			if kind != static && !validQuery(query, s.schema) {
				return refuse("SegmentDciValidator_SegmentInvalid")
			}
		case float64(stopping):
			if r.number("statuscode") != live {
				return refuse("Only a live segment can be stopped.")
			}
		case float64(draft):
		default:
			return refuse("A segment is set going live or stopping.")
		}
		r.settles = s.options.Clock.Now().Add(s.options.Settle)
	}
	if text, ok := columns["msdyncrm_segmentmemberids"].(string); ok {
		var ids []string
		if json.Unmarshal([]byte(text), &ids) != nil {
			return refuse("msdyncrm_segmentmemberids holds no JSON array.")
		}
		for i := range ids {
			ids[i] = strings.TrimPrefix(ids[i], "crm")
		}
		s.addMembers(r, ids)
	}
	r.columns = next
	return true
}

// addMembers adds contacts, those that there are.
func (s *Server) addMembers(r *record, ids []string) {
	there := map[string]bool{}
	for _, c := range s.options.Contacts {
		there[c.ID] = true
	}
	for _, id := range ids {
		if s.options.Contacts == nil || there[id] {
			r.members[id] = true
		}
	}
}

func (s *Server) one(w http.ResponseWriter, a *asked, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.segments[id]
	if r == nil && a.Method == http.MethodPatch && a.Header.Get("If-Match") != "*" {
		fail(w, http.StatusBadRequest, "", "This double creates nothing by PATCH: send If-Match.")
		return
	}
	if r == nil {
		fail(w, http.StatusNotFound, "0x80040217", "Entity 'msdyncrm_segment' With Id = "+id+" Does Not Exist")
		return
	}
	s.settle(r)
	switch a.Method {
	case http.MethodGet:
		row := maps.Clone(r.columns)
		if r.number("msdyncrm_segmenttype") == static {
			ids := []string{}
			for _, id := range slices.Sorted(maps.Keys(r.members)) {
				ids = append(ids, "crm"+id)
			}
			text, _ := json.Marshal(ids) // strings always can
			row["msdyncrm_segmentmemberids"] = string(text)
		}
		if row, ok := selected(w, row, a.parameters["$select"]); ok {
			row["@odata.context"] = a.host + a.prefix + "$metadata#msdyncrm_segments/$entity"
			reply(w, http.StatusOK, row)
		}
	case http.MethodPatch:
		columns := map[string]any{}
		if a.decode(w, &columns) && s.write(w, r, columns) {
			w.Header().Set("OData-EntityId", a.host+a.prefix+"msdyncrm_segments("+id+")")
			w.WriteHeader(http.StatusNoContent)
		}
	case http.MethodDelete:
		delete(s.segments, id)
		s.order = slices.DeleteFunc(s.order, func(o string) bool { return o == id })
		w.WriteHeader(http.StatusNoContent)
	default:
		fail(w, http.StatusMethodNotAllowed, "", "The method is not allowed.")
	}
}

// selected returns the columns of a row that $select names.
func selected(w http.ResponseWriter, row map[string]any, list string) (map[string]any, bool) {
	if list == "" {
		return row, true
	}
	some := map[string]any{}
	for name := range strings.SplitSeq(list, ",") {
		if _, ok := segmentColumns[name]; !ok {
			fail(w, http.StatusBadRequest, "0x80060888", "Could not find a property named '"+name+"' on type 'Microsoft.Dynamics.CRM.msdyncrm_segment'.")
			return nil, false
		}
		some[name] = row[name]
	}
	return some, true
}

func (s *Server) list(w http.ResponseWriter, a *asked) {
	picks, err := parseFilter(a.parameters["$filter"])
	if err != nil {
		fail(w, http.StatusBadRequest, "0x80060888", err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	most := s.options.PageSize
	top, _ := strconv.Atoi(a.parameters["$top"])
	if top > 0 {
		most = min(most, top)
	}
	skip, _ := strconv.Atoi(a.parameters["$skiptoken"])
	rows := []map[string]any{}
	more := false
	n := 0
	for _, id := range s.order {
		r := s.segments[id]
		s.settle(r)
		if !picks(r.columns) {
			continue
		}
		n++
		if n <= skip {
			continue
		}
		if len(rows) == most {
			more = true
			break
		}
		row, ok := selected(w, maps.Clone(r.columns), a.parameters["$select"])
		if !ok {
			return
		}
		rows = append(rows, row)
	}
	answer := map[string]any{"@odata.context": a.host + a.prefix + "$metadata#msdyncrm_segments", "value": rows}
	if more && top == 0 {
		answer["@odata.nextLink"] = a.host + a.prefix + "msdyncrm_segments?" + nextQuery(a, skip+most)
	}
	reply(w, http.StatusOK, answer)
}

func (s *Server) validate(w http.ResponseWriter, a *asked) {
	var body struct {
		Name   string `json:"msdyncrm_segmentname"`
		Query  string `json:"msdyncrm_segmentquery"`
		Type   int    `json:"msdyncrm_segmenttype"`
		Status int    `json:"statuscode"`
	}
	if !a.decode(w, &body) {
		return
	}
	s.mu.Lock()
	tables := s.schema
	s.mu.Unlock()
	result := ""
	switch {
	case body.Status == draft:
		// A draft is not looked at.
	case body.Name == "" || len([]rune(body.Name)) > 100:
		result = `[{"ErrorCode":"SegmentDciValidator_NameInvalid","FieldName":"msdyncrm_segmentname"}]`
	case !validQuery(body.Query, tables):
		result = `[{"ErrorCode":"SegmentDciValidator_SegmentInvalid","FieldName":"msdyncrm_query"}]`
	}
	reply(w, http.StatusOK, map[string]any{
		"@odata.context":   a.host + a.prefix + "$metadata#Microsoft.Dynamics.CRM.msdyncrm_ValidateSegmentResponse",
		"ValidationResult": result,
	})
}

// validQuery reports whether the local checker finds no error in an outbound query.
func validQuery(query string, tables *schema.Schema) bool {
	tree := parser.Parse(query)
	if len(tree.Definitions) != 1 || tree.Definitions[0].Name != nil || tree.HasErrors() {
		return false
	}
	f := &check.File{Tree: tree, Dialect: check.Outbound, Schema: tables}
	for _, finding := range check.NewProject([]*check.File{f}, time.Time{}).Check(f) {
		if finding.Severity == check.Error {
			return false
		}
	}
	return true
}

const membersPerCall = 20_000

func (s *Server) members(w http.ResponseWriter, a *asked) {
	var body struct {
		ID        string `json:"msdyncrm_segmentid"`
		Operation string `json:"msdyncrm_operation"`
		Members   string `json:"msdyncrm_memberids"`
		Query     string `json:"msdyncrm_query"`
	}
	if !a.decode(w, &body) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.segments[body.ID]
	if r == nil || r.number("msdyncrm_segmenttype") != static {
		fail(w, http.StatusBadRequest, "0x80040217", "There is no static segment with this id.")
		return
	}
	var ids []string
	switch body.Operation {
	case "getState":
		reply(w, http.StatusOK, map[string]any{"State": "Completed"})
		return
	case "addByIds", "removeByIds":
		if json.Unmarshal([]byte(body.Members), &ids) != nil {
			fail(w, http.StatusBadRequest, "0x80040203", "msdyncrm_memberids holds no JSON array.")
			return
		}
		if len(ids) > membersPerCall {
			fail(w, http.StatusRequestEntityTooLarge, "", "Too many members in one call.")
			return
		}
	case "addByQuery", "removeByQuery":
		if !validQuery(body.Query, s.schema) {
			fail(w, http.StatusBadRequest, "0x80040203", "SegmentDciValidator_SegmentInvalid")
			return
		}
		for _, c := range s.options.Contacts {
			ids = append(ids, c.ID)
		}
	default:
		fail(w, http.StatusBadRequest, "0x80040203", "The operation is not known.")
		return
	}
	if strings.HasPrefix(body.Operation, "add") {
		s.addMembers(r, ids)
	} else {
		for _, id := range ids {
			delete(r.members, id)
		}
	}
	reply(w, http.StatusOK, map[string]any{"State": "InProgress"})
}

func (s *Server) fetch(w http.ResponseWriter, a *asked) {
	var body struct{ Query string }
	if !a.decode(w, &body) {
		return
	}
	tree := parser.Parse(body.Query)
	if tree.HasErrors() || len(tree.Definitions) != 1 {
		fail(w, http.StatusBadRequest, "0x80040203", "The query cannot be read.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := s.contactsOf(tree.Definitions[0].Query)
	sort.Slice(rows, func(i, j int) bool {
		if rows[i].Name != rows[j].Name {
			return rows[i].Name < rows[j].Name
		}
		return rows[i].ID < rows[j].ID
	})
	skip, take := pageOf(tree.Definitions[0].Query)
	rows = rows[min(skip, len(rows)):]
	rows = rows[:min(take, len(rows))]
	reply(w, http.StatusOK, map[string]any{"@odata.context": a.host + a.prefix + "$metadata#contacts", "value": rows})
}

// contactsOf returns the members of the static segment that a query names, else
// all contacts: the double does not run queries.
func (s *Server) contactsOf(q *ast.Query) []Contact {
	var members map[string]bool
	ast.Inspect(q, func(n ast.Node) bool {
		if segment, ok := n.(*ast.Segment); ok && segment.Name != nil {
			for _, r := range s.segments {
				if r.columns["msdyncrm_segmentqueryname"] == segment.Name.Name && r.number("msdyncrm_segmenttype") == static {
					members = r.members
				}
			}
		}
		return true
	})
	if members == nil {
		return slices.Clone(s.options.Contacts)
	}
	rows := []Contact{}
	if s.options.Contacts == nil {
		for id := range members {
			rows = append(rows, Contact{ID: id})
		}
	}
	for _, c := range s.options.Contacts {
		if members[c.ID] {
			rows = append(rows, c)
		}
	}
	return rows
}

func pageOf(q *ast.Query) (skip, take int) {
	take = membersPerCall
	number := func(e ast.Expr) int {
		n := 0
		if lit, ok := e.(*ast.NumberLit); ok {
			n, _ = strconv.Atoi(lit.Text)
		}
		return max(0, n)
	}
	ast.Inspect(q, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Skip:
			skip = number(n.Count)
		case *ast.Take:
			take = number(n.Count)
		}
		return true
	})
	return skip, take
}
