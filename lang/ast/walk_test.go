package ast_test

import (
	"fmt"
	goast "go/ast"
	goparser "go/parser"
	gotoken "go/token"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"segql/lang/ast"
	"segql/lang/parser"
	"segql/lang/token"
)

// everything is a text with each kind of node that a text without mistakes has.
const everything = `// about it
Everything = (PROFILE(contact, c) UNION SEGMENT('b'))
  .FILTER(a == 1 && NOT(b.c != 'x') || ISNULL(d) && (e IN [1, 'y', true]) || f CONTAINS 'z')
  .TRAVERSE(r, s.t, FILTER(g > 1 + 2 * (h - -3) / 4))
  .RELATE(u, v.w, RELATEOPTIONAL(x, y))
  .FILTER(DATEDIFF(day, i, DATETIMEUTCNOW()) < 5 && j >= DATEADD(month, -1, DATE(2017, 3, 30)))
  .DISTINCT().ORDERBY(k.l ASC, m).SKIP(0).TAKE(15).SELECT(n, o.p) // the page
EXCEPT INTERACTION(E, L).HAVING(SUM(q) > 0, UTCDAYS(7));
`

// broken is a text with each kind of node that stands for a mistake.
const broken = `A = B.UNION(SEGMENT(C)).FROBNICATE(d, (e)).FILTER(f(g, 1) == 1 && h < 1 < 2 && a NOT IN [1])
C = a == 1 && b == 2
D = PROFILE(contact).FILTER(&& NOT a == 1 && b == ).
E = PROFILE(,) UNION
F = SEGMENT().FILTER(a.b.c == 1 && DATEDIFF(,) IS NULL)
`

// kind returns the name of a node's type.
func kind(n ast.Node) string { return strings.TrimPrefix(fmt.Sprintf("%T", n), "*ast.") }

// definitions parses a text. wantErrors tells whether it has mistakes.
func definitions(t *testing.T, text string, wantErrors bool) []*ast.Definition {
	t.Helper()
	file := parser.Parse(text)
	if file.HasErrors() != wantErrors {
		t.Fatalf("errors of %q: %v, want %v", text, file.HasErrors(), wantErrors)
	}
	var all []*ast.Definition
	for _, d := range file.Definitions {
		all = append(all, d.Definition)
	}
	return all
}

func TestInspectOrder(t *testing.T) {
	d := definitions(t, "A = PROFILE(contact, c).FILTER(c.a == 1).ORDERBY(b) UNION SEGMENT(B)", false)[0]
	var got []string
	depth := 0
	ast.Inspect(d, func(n ast.Node) bool {
		if n == nil {
			depth--
			return true
		}
		line := strings.Repeat(". ", depth) + kind(n)
		if i, ok := n.(*ast.Ident); ok {
			line += " " + i.Name
		}
		got = append(got, line)
		depth++
		return true
	})
	want := strings.Split(`Definition
. Ident A
. Query
. . Operand
. . . Profile
. . . . Ident contact
. . . . Alias
. . . . . Ident c
. . . Filter
. . . . CompareExpr
. . . . . ColumnExpr
. . . . . . Ident c
. . . . . . Ident a
. . . . . NumberLit
. . . OrderBy
. . . . OrderItem
. . . . . ColumnExpr
. . . . . . Ident b
. . Operand
. . . Segment
. . . . Ident B`, "\n")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the walk differs (-want +got):\n%s", diff)
	}
	if depth != 0 {
		t.Errorf("the walk ends %d levels deep", depth)
	}
}

func TestInspectLeavesOut(t *testing.T) {
	d := definitions(t, "PROFILE(contact).FILTER(a == 1).TAKE(2)", false)[0]
	var got []string
	ast.Inspect(d, func(n ast.Node) bool {
		if n == nil {
			got = append(got, "nil")
			return true
		}
		got = append(got, kind(n))
		_, isFilter := n.(*ast.Filter)
		return !isFilter // no nil follows where the children are left out
	})
	want := strings.Fields("Definition Query Operand Profile Ident nil nil Filter Take NumberLit nil nil nil nil nil")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the walk differs (-want +got):\n%s", diff)
	}
}

// counter is a visitor that passes another one on to the children.
type counter struct {
	level int
	log   *[]string
}

func (c counter) Visit(n ast.Node) ast.Visitor {
	if n == nil {
		*c.log = append(*c.log, fmt.Sprintf("%d nil", c.level))
		return nil
	}
	*c.log = append(*c.log, fmt.Sprintf("%d %s", c.level, kind(n)))
	if _, ok := n.(*ast.CompareExpr); ok {
		return nil
	}
	return counter{c.level + 1, c.log}
}

func TestWalkPassesVisitorOn(t *testing.T) {
	d := definitions(t, "SEGMENT(A).FILTER(a == 1)", false)[0]
	var got []string
	ast.Walk(counter{0, &got}, d)
	want := []string{
		"0 Definition", "1 Query", "2 Operand", "3 Segment", "4 Ident", "5 nil", "4 nil", "3 Filter", "4 CompareExpr", "4 nil", "3 nil", "2 nil", "1 nil",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the walk differs (-want +got):\n%s", diff)
	}
}

// TestWalk holds for texts with all kinds of nodes that each node is visited
// once, in the order of the text, and followed by nil.
func TestWalk(t *testing.T) {
	kinds := make(map[string]bool)
	for _, d := range append(definitions(t, everything, false), definitions(t, broken, true)...) {
		seen := make(map[ast.Node]bool)
		var open []ast.Node
		ends := []token.Pos{0} // where the last child of each open node ends
		ast.Inspect(d, func(n ast.Node) bool {
			if n == nil {
				if len(open) == 0 {
					t.Fatal("there are more nils than nodes")
				}
				open, ends = open[:len(open)-1], ends[:len(ends)-1]
				return true
			}
			if seen[n] {
				t.Errorf("%s at %v of %q is visited twice", kind(n), n.Span(), d.Text)
			}
			seen[n] = true
			kinds[kind(n)] = true
			last := len(ends) - 1
			if n.Span().Start < ends[last] {
				t.Errorf("%s at %v of %q comes behind one that ends at %d", kind(n), n.Span(), d.Text, ends[last])
			}
			ends[last] = n.Span().End
			open, ends = append(open, n), append(ends, n.Span().Start)
			return true
		})
		if len(open) != 0 {
			t.Errorf("%d nodes are not followed by nil", len(open))
		}
	}
	for _, n := range nodes {
		if !kinds[kind(n)] {
			t.Errorf("no %s was visited; the texts of this test need one", kind(n))
		}
	}
}

// nodes has one node of each type.
var nodes = []ast.Node{
	&ast.Definition{}, &ast.Query{}, &ast.Operand{}, &ast.Ident{}, &ast.Alias{},
	&ast.Profile{}, &ast.Segment{}, &ast.Interaction{}, &ast.ParenQuery{}, &ast.NameRef{}, &ast.BadSource{},
	&ast.Filter{}, &ast.Traverse{}, &ast.Relate{}, &ast.Having{}, &ast.Distinct{}, &ast.OrderBy{}, &ast.Skip{}, &ast.Take{},
	&ast.Select{}, &ast.SetStep{}, &ast.BadStep{}, &ast.Aggregate{}, &ast.Window{}, &ast.OrderItem{}, &ast.DatePart{},
	&ast.LogicalExpr{}, &ast.NotExpr{}, &ast.NullExpr{}, &ast.CompareExpr{}, &ast.InExpr{}, &ast.ParenExpr{}, &ast.ArithExpr{},
	&ast.DateDiffExpr{}, &ast.DateAddExpr{}, &ast.DateExpr{}, &ast.NowExpr{}, &ast.ColumnExpr{},
	&ast.StringLit{}, &ast.NumberLit{}, &ast.BoolLit{}, &ast.BadExpr{}, &ast.BadCall{},
}

// noNodes are the structs of the package that are no nodes, or parts of nodes.
var noNodes = strings.Fields("Base Comments Comment Error File Placed SetOperator Call Dotted Operator")

// TestNodesAreAll holds that the list above is complete, so that no type is
// forgotten in the tests below.
func TestNodesAreAll(t *testing.T) {
	file, err := goparser.ParseFile(gotoken.NewFileSet(), "ast.go", nil, goparser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	goast.Inspect(file, func(n goast.Node) bool {
		if s, ok := n.(*goast.TypeSpec); ok {
			if _, ok := s.Type.(*goast.StructType); ok && s.Name.IsExported() {
				got = append(got, s.Name.Name)
			}
		}
		return true
	})
	want := slices.Clone(noNodes)
	for _, n := range nodes {
		want = append(want, kind(n))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the types of the package differ from those of the test (-test +package):\n%s", diff)
	}
}

// TestChildren fills each field of each type of node that can hold a child,
// and holds that Children gives what is in them, in the order of the fields,
// which is that of the text.
func TestChildren(t *testing.T) {
	for _, n := range nodes {
		t.Run(kind(n), func(t *testing.T) {
			v := reflect.New(reflect.TypeOf(n).Elem())
			full, ok := v.Interface().(ast.Node)
			if !ok {
				t.Fatalf("%v is no node", v.Type())
			}
			var want []ast.Node
			fill(t, v.Elem(), &want)
			if diff := cmp.Diff(describe(want), describe(children(full))); diff != "" {
				t.Errorf("the children differ (-fields +Children):\n%s", diff)
			}
			// What is missing is left out, but for a value of the field's own.
			var fixed int
			for i := range v.Elem().NumField() {
				if v.Elem().Type().Field(i).Type == reflect.TypeFor[ast.Ident]() {
					fixed++
				}
			}
			empty, ok := reflect.New(reflect.TypeOf(n).Elem()).Interface().(ast.Node)
			if !ok {
				t.Fatalf("%v is no node", v.Type())
			}
			if o, ok := empty.(*ast.Operand); ok {
				o.Source = &ast.BadSource{} // always there
				fixed++
			}
			for _, c := range children(empty) {
				if c == nil || reflect.ValueOf(c).IsNil() {
					t.Errorf("Children of an empty %s gives nil", kind(n))
				}
			}
			if got := len(children(empty)); got != fixed {
				t.Errorf("Children of an empty %s gives %d nodes, want %d", kind(n), got, fixed)
			}
		})
	}
}

// fill puts nodes into the fields of v and of the structs within it, and
// appends them to want.
func fill(t *testing.T, v reflect.Value, want *[]ast.Node) {
	t.Helper()
	node := reflect.TypeFor[ast.Node]()
	add := func(f reflect.Value) {
		n, ok := f.Interface().(ast.Node)
		if !ok {
			t.Fatalf("%v is no node", f.Type())
		}
		*want = append(*want, n)
	}
	for i := range v.NumField() {
		f := v.Field(i)
		switch typ := f.Type(); {
		case v.Type().Field(i).Anonymous:
			fill(t, f, want)
		case typ == reflect.TypeFor[*ast.Comments](), typ == reflect.TypeFor[[]*ast.Comment](), typ == reflect.TypeFor[[]*ast.Error]():
		case typ.Kind() == reflect.Slice && typ.Elem().Implements(node):
			for range 2 {
				f.Set(reflect.Append(f, newNode(t, typ.Elem())))
				add(f.Index(f.Len() - 1))
			}
		case typ.Implements(node):
			f.Set(newNode(t, typ))
			add(f)
		case reflect.PointerTo(typ).Implements(node):
			add(f.Addr())
		default:
			holdsNoNode(t, typ)
		}
	}
}

// holdsNoNode fails for a type that could hide a child from fill.
func holdsNoNode(t *testing.T, typ reflect.Type) {
	t.Helper()
	switch typ.Kind() {
	case reflect.Slice:
		holdsNoNode(t, typ.Elem())
	case reflect.Struct:
		for i := range typ.NumField() {
			holdsNoNode(t, typ.Field(i).Type)
		}
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Func, reflect.Array:
		t.Errorf("this test does not know whether a %v holds a child", typ)
	default:
		if typ.Implements(reflect.TypeFor[ast.Node]()) {
			t.Errorf("this test does not know whether a %v holds a child", typ)
		}
	}
}

// newNode returns a node that a field of type typ can hold.
func newNode(t *testing.T, typ reflect.Type) reflect.Value {
	t.Helper()
	if typ.Kind() == reflect.Pointer {
		return reflect.New(typ.Elem())
	}
	for _, n := range nodes {
		if reflect.TypeOf(n).Implements(typ) {
			return reflect.New(reflect.TypeOf(n).Elem())
		}
	}
	t.Fatalf("no node can be a %v", typ)
	return reflect.Value{}
}

func children(n ast.Node) []ast.Node {
	var all []ast.Node
	ast.Children(n, func(c ast.Node) { all = append(all, c) })
	return all
}

// describe tells nodes apart, also those of one type.
func describe(nodes []ast.Node) []string {
	var all []string
	for _, n := range nodes {
		all = append(all, fmt.Sprintf("%s %p", kind(n), n))
	}
	return all
}

func TestIsCondition(t *testing.T) {
	for _, c := range []struct {
		text        string
		is, unknown bool
	}{
		{"a == 1", true, false},
		{"a == 1 || b == 2", true, false},
		{"NOT(a == 1)", true, false},
		{"ISNULL(a)", true, false},
		{"a IN [1]", true, false},
		{"((a == 1))", true, false},
		{"a", false, false},
		{"(a)", false, false},
		{"'x'", false, false},
		{"1 + 2", false, false},
		{"true", false, false},
		{"DATETIMEUTCNOW()", false, false},
		{"f(1)", false, true},
		{"((f(1)))", false, true},
		{"&&", true, false}, // two that are missing
		{"", false, true},
	} {
		file := parser.Parse("PROFILE(a).FILTER(" + c.text + ")")
		filter, ok := file.Definitions[0].Query.Operands[0].Steps[0].(*ast.Filter)
		if !ok {
			t.Fatalf("%q is no condition of a FILTER", c.text)
		}
		if is, unknown := ast.IsCondition(filter.Cond); is != c.is || unknown != c.unknown {
			t.Errorf("IsCondition of %q = %v, %v, want %v, %v", c.text, is, unknown, c.is, c.unknown)
		}
	}
}
