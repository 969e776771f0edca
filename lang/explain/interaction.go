package explain

import (
	"strings"

	"segql/lang/ast"
	"segql/lang/token"
)

// interaction says who did something, or whom something happened to.
func (e *explainer) interaction(i *ast.Interaction, o *ast.Operand) phrase {
	noun := "people"
	if table := e.res.Operand(o); table != "" {
		noun = e.plural(table)
	}
	text := "who " + e.event(i)
	var where []phrase
	for _, step := range o.Steps {
		switch step := step.(type) {
		case *ast.Filter:
			s := operand{explainer: e}
			c := s.cond(step)
			c.plain = true
			for _, x := range conjuncts(step.Cond) {
				if !isLink(x, i) {
					where = append(where, c.all(x)...)
				}
			}
		case *ast.Having:
			text += e.having(step)
		}
	}
	if len(where) > 0 {
		text += ", where"
	}
	return phrase{text: noun + " " + text, items: where, joiner: "and"}
}

// conjuncts returns the conditions that must hold together.
func conjuncts(x ast.Expr) []ast.Expr {
	if l, ok := unparen(x).(*ast.LogicalExpr); ok && l.Op == token.And {
		var all []ast.Expr
		for _, o := range l.Operands {
			all = append(all, conjuncts(o)...)
		}
		return all
	}
	return []ast.Expr{x}
}

// isLink reports whether a condition only says which table the interaction is
// linked to, which the noun says already.
func isLink(x ast.Expr, i *ast.Interaction) bool {
	c, ok := unparen(x).(*ast.CompareExpr)
	if !ok || c.Op != token.Equal || i.Link == nil {
		return false
	}
	column, ok := c.Left.(*ast.ColumnExpr)
	return ok && strings.EqualFold(column.Name.Name, i.Link.Name+"_LogicalName")
}

// event returns what was done: "opened an email".
func (e *explainer) event(i *ast.Interaction) string {
	if i.Event == nil {
		return "did " + notUnderstood
	}
	name := i.Event.Name
	known := e.file.Schema.Interaction(name)
	keys := []string{name}
	if known != nil {
		keys = append(keys, known.Name)
	}
	for _, key := range keys {
		if words, ok := eventWords[strings.TrimPrefix(strings.ToLower(key), "msdynmkt_")]; ok {
			return words
		}
	}
	if known != nil && known.Label != "" {
		return `had the interaction "` + known.Label + `"`
	}
	return `had the interaction "` + name + `"`
}

// eventWords say what the common interactions are, by their names in lower
// case without prefix.
var eventWords = map[string]string{
	"emailsent":                   "were sent an email",
	"emaildelivered":              "received an email",
	"emailopened":                 "opened an email",
	"emailclicked":                "clicked a link in an email",
	"emaillinkclicked":            "clicked a link in an email",
	"emailforwarded":              "forwarded an email",
	"emailbounced":                "had an email bounce",
	"emailhardbounced":            "had an email bounce for good",
	"emailsoftbounced":            "had an email bounce for the time being",
	"emailblocked":                "had an email blocked",
	"emailfeedbackloop":           "marked an email as spam",
	"emailaddressoptedout":        "opted out of email",
	"emailsubscriptionsubmit":     "submitted their subscriptions",
	"smssent":                     "were sent a text message",
	"smsdelivered":                "received a text message",
	"smslinkclicked":              "clicked a link in a text message",
	"smsreceived":                 "sent a text message",
	"smsbounced":                  "had a text message bounce",
	"smsnotsent":                  "could not be sent a text message",
	"pushnotificationsent":        "were sent a push notification",
	"pushnotificationopened":      "opened a push notification",
	"pushnotificationlinkclicked": "clicked a link in a push notification",
	"pushnotificationnotsent":     "could not be sent a push notification",
	"customsent":                  "were sent a message on a custom channel",
	"customdelivered":             "received a message on a custom channel",
	"customlinkclicked":           "clicked a link in a message on a custom channel",
	"formsubmitted":               "submitted a form",
	"formvisited":                 "visited a form",
	"websitevisited":              "visited a website",
	"websiteclicked":              "clicked a link on a website",
	"redirectlinkclicked":         "clicked a redirect link",
	"eventregistration":           "registered for an event",
	"eventregistrationcanceled":   "cancelled an event registration",
	"eventcheckin":                "checked in to an event",
	"contactcheckedintoevent":     "checked in to an event",
	"contactregisteredtoevent":    "registered for an event",
	"sessionregistrationcanceled": "cancelled a session registration",
	"segmentsubscribed":           "were added to a segment",
	"segmentunsubscribed":         "were removed from a segment",
	"surveyresponse":              "answered a survey",
	"formsprosurveyopened":        "opened a survey",
	"formsprosurveysubmitted":     "submitted a survey",
	"linkedinformsubmission":      "submitted a LinkedIn form",
}

// aggregateWords say what is compared.
var aggregateWords = map[token.Word]string{
	token.SUM: "total", token.AVG: "average", token.MIN: "smallest", token.MAX: "largest",
}

// having says how often, how much and since when.
func (e *explainer) having(h *ast.Having) string {
	text := ""
	number := ""
	if h.Value != nil {
		number = e.value(cond{explainer: e}, h.Value, nil)
	}
	switch {
	case h.Aggregate == nil:
	case h.Aggregate.Word == token.COUNT:
		text = times(h.Op, number)
	default:
		s := operand{explainer: e}
		column := e.value(s.cond(h), h.Aggregate.Column, nil)
		word := strings.TrimPrefix(compareWords[h.Op], "is ")
		if h.Op == token.Equal {
			word = "exactly"
		}
		text = ", with a " + aggregateWords[h.Aggregate.Word] + " " + column + " of " + word + " " + number
		text = strings.Replace(text, " a average", " an average", 1)
	}
	if h.Window != nil && h.Window.Count != nil {
		n := e.value(cond{explainer: e}, h.Window.Count, nil)
		unit := windowWords[h.Window.Word]
		if n == "1" {
			text += " in the last " + unit
		} else {
			text += " in the last " + n + " " + unit + "s"
		}
	}
	return text
}

// times says how often something happened.
func times(op token.Op, n string) string {
	often := func(words string) string {
		if n == "1" {
			return " " + words + " once"
		}
		return " " + words + " " + n + " times"
	}
	switch op {
	case token.Greater:
		if n == "0" {
			return ""
		}
		return often("more than")
	case token.GreaterEqual:
		if n == "1" {
			return ""
		}
		return often("at least")
	case token.Equal:
		if n == "0" {
			return " not once"
		}
		return often("exactly")
	case token.NotEqual:
		return often("any number of times but")
	case token.Less:
		return often("fewer than")
	case token.LessEqual:
		return often("at most")
	}
	return ""
}
