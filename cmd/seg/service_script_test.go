package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"segql/dataverse/dataversetest"
)

// theToken must not be seen in what seg prints.
const theToken = "eyJhbGciOiJub25lIn0.bm9ib2R5LW1heS1zZWUtdGhpcw"

// doubleKey is the key of a script's double.
type doubleKey struct{}

// faults are the misbehaviours that scripts can ask for.
var faults = map[string]dataversetest.Kind{
	"busy": dataversetest.TooMany, "unavailable": dataversetest.Unavailable, "forbidden": dataversetest.Forbidden,
	"expired": dataversetest.Expired, "html": dataversetest.HTML, "slow": dataversetest.Slow, "redirect": dataversetest.Redirect, "nothing": dataversetest.Nothing,
	"echo": dataversetest.Echo, "reset": dataversetest.ResetAfter,
}

// aDouble is a double and how much of its log was looked at.
type aDouble struct {
	server *dataversetest.Server
	seen   int
}

// startDouble is the command double: it starts a double, and sets SEG_ORG and
// SEG_TOKEN for it. The options are people=N, settle=DURATION, no-outbound,
// no-changes, and fault=KIND@N[:TEXT], which misbehaves from the Nth request on,
// or with KIND!N at the Nth alone.
func startDouble(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("unsupported: ! double")
	}
	o := dataversetest.Options{Token: theToken}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "people":
			n, err := strconv.Atoi(value)
			ts.Check(err)
			for i := range n {
				o.Contacts = append(o.Contacts, dataversetest.Contact{
					ID: fmt.Sprintf("00000000-0000-4000-9000-%012d", i+1), Name: fmt.Sprintf("Person %03d", i+1), Mail: fmt.Sprintf("=person%d@example.com", i+1),
				})
			}
		case "settle":
			d, err := time.ParseDuration(value)
			ts.Check(err)
			o.Settle = d
		case "no-outbound":
			o.NoOutbound = true
		case "no-changes":
			o.NoChanges = true
		case "fault":
			fault, err := faultOf(value)
			ts.Check(err)
			o.Fault = fault
		default:
			ts.Fatalf("double does not know %s", arg)
		}
	}
	d := &aDouble{server: dataversetest.New(o)}
	listening := d.server.Start()
	ts.Defer(listening.Close)
	ts.Value(doubleKey{}).(map[string]*aDouble)["double"] = d
	ts.Setenv("SEG_ORG", listening.URL)
	ts.Setenv("SEG_TOKEN", theToken)
}

func faultOf(text string) (func(*dataversetest.Call) dataversetest.Fault, error) {
	text, detail, _ := strings.Cut(text, ":")
	kind, at, once := strings.Cut(text, "!")
	if !once {
		kind, at, _ = strings.Cut(text, "@")
	}
	first, err := strconv.Atoi(at)
	if _, ok := faults[kind]; !ok || err != nil {
		return nil, fmt.Errorf("no fault %s", text)
	}
	var n atomic.Int64
	return func(*dataversetest.Call) dataversetest.Fault {
		i := int(n.Add(1))
		if i < first || once && i != first {
			return dataversetest.Fault{}
		}
		return dataversetest.Fault{Kind: faults[kind], Text: detail, Delay: time.Minute}
	}, nil
}

func doubleOf(ts *testscript.TestScript) *aDouble {
	d := ts.Value(doubleKey{}).(map[string]*aDouble)["double"]
	if d == nil {
		ts.Fatalf("start a double first")
	}
	return d
}

// requests is the command of that name: it writes the requests that arrived since
// it was last called to a file.
func requests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: requests FILE")
	}
	d := doubleOf(ts)
	log := d.server.Log()
	var b strings.Builder
	for _, c := range log[d.seen:] {
		b.WriteString(c.Method + " " + c.Path)
		if c.Query != "" {
			query, err := url.PathUnescape(c.Query)
			ts.Check(err)
			b.WriteString("?" + query)
		}
		b.WriteString("\n")
		if match := c.Header.Get("If-Match"); match != "" {
			b.WriteString("If-Match: " + match + "\n")
		}
		if c.Body != "" {
			var body bytes.Buffer
			ts.Check(json.Indent(&body, []byte(c.Body), "", "  "))
			b.WriteString(body.String() + "\n")
		}
	}
	d.seen = len(log)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(b.String()), 0o666))
}

// arrived is the command of that name: it waits until so many requests arrived.
func arrived(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: arrived N")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	for d, limit := doubleOf(ts), time.Now().Add(20*time.Second); len(d.server.Log()) < n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			ts.Fatalf("%d requests did not arrive", n)
		}
	}
}

// noLeak holds that the last program did not print the token.
func noLeak(ts *testscript.TestScript) {
	for _, where := range []string{"stdout", "stderr", "ttyout"} {
		if text := ts.ReadFile(where); strings.Contains(text, theToken) || strings.Contains(text, theToken[:20]) {
			ts.Fatalf("the token is in %s", where)
		}
	}
}

// makeIDs is the command mkids: it writes a file with so many ids of contacts.
func makeIDs(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mkids N FILE")
	}
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%08x-0000-4000-9000-000000000000\n", i+1)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(b.String()), 0o666))
}
