package dataverse

import (
	"cmp"

	"segql/lang/ast"
	"segql/lang/check"
	"segql/lang/token"
)

// NoCode is the rule of a finding for which the service gave no code.
const NoCode = "service-rejects"

// Findings turns the service's verdict on a definition into findings, one a
// problem, under its code as the rule. The service says what is wrong but not
// where. So the place is that of the worst local finding in the definition;
// without one it is the word that the query starts with, and the finding asks
// for a report, since the local checker accepts what the service does not.
//
// Spans count from the start of the file, as those of the local findings do.
func Findings(v Verdict, d ast.Placed, local []check.Finding) []check.Finding {
	if len(v.Problems) == 0 {
		return nil
	}
	likely := likeliest(d, local)
	findings := make([]check.Finding, 0, len(v.Problems))
	for _, p := range v.Problems {
		findings = append(findings, finding(p, d, likely))
	}
	return findings
}

func finding(p Problem, d ast.Placed, likely *check.Finding) check.Finding {
	f := check.Finding{Rule: cmp.Or(p.Code, NoCode), Severity: check.Error, Span: d.Abs(firstWord(d.Query))}
	f.Message = "the service rejects this query"
	switch {
	case p.Field == nameColumn:
		f.Message = "the service rejects the name of this segment"
		if d.Name != nil {
			f.Span = d.Abs(d.Name.Span())
		}
	case p.Field != "" && p.Field != "msdyncrm_query" && p.Field != "msdyncrm_segmentquery":
		f.Message = "the service rejects " + p.Field + " of this segment"
	case likely != nil:
		f.Span = likely.Span
		f.Message += ", most likely for this: " + likely.Message
		f.Related = []check.Related{{Span: likely.Span, Message: "found here by the rule " + likely.Rule}}
	default:
		f.Message += ", but the local checker accepts it and the service gives no place: please report the query, so that the checker learns of it"
	}
	return f
}

// likeliest returns the worst of the local findings in the query, the first of
// several; nil if there is none that the service could mean. It does not see the
// name, and a hint is a matter of taste, which the service has none of.
func likeliest(d ast.Placed, local []check.Finding) *check.Finding {
	if d.Query == nil {
		return nil
	}
	extent := d.Abs(d.Query.Span())
	var worst *check.Finding
	for i := range local {
		f := &local[i]
		if f.Severity > check.Hint && extent.Encloses(f.Span) && (worst == nil || f.Severity > worst.Severity) {
			worst = f
		}
	}
	return worst
}

// firstWord returns the place of PROFILE, SEGMENT or INTERACTION, which a query
// starts with.
func firstWord(q *ast.Query) token.Span {
	if q == nil {
		return token.At(0)
	}
	if len(q.Operands) == 0 || q.Operands[0].Source == nil {
		return q.Span()
	}
	switch source := q.Operands[0].Source.(type) {
	case *ast.ParenQuery:
		return firstWord(source.Query)
	case ast.Caller:
		return source.AsCall().WordSpan
	default:
		return source.Span()
	}
}
