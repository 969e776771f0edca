package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"segql/dataverse"
	"segql/internal/lsp"
	"segql/lang/check"
	"segql/lang/schema"
)

// remote has organizations validate queries, for all sessions of a process.
type remote struct {
	log *slog.Logger
	// clientOnly tells that the client has to give the access tokens: whoever
	// connects must not use those of the user that started the server.
	clientOnly bool
	token      string // that the user gave in the environment; may be empty

	mu          sync.Mutex
	credentials map[string]azcore.TokenCredential // by organization
}

func newRemote(log *slog.Logger, token string, clientOnly bool) lsp.Remote {
	r := &remote{log: log, token: token, clientOnly: clientOnly, credentials: map[string]azcore.TokenCredential{}}
	return r.validate
}

// newPull returns how the tables of an organization are read.
func newPull(log *slog.Logger) lsp.Pull {
	return func(ctx context.Context, organization string, token func(context.Context) (string, error)) (*schema.Schema, error) {
		client, err := dataverse.New(dataverse.Config{URL: organization, Credential: editorCredential(token), Log: log})
		if err != nil {
			return nil, err
		}
		defer client.Close()
		return client.Pull(ctx, nil, nil, func(int, int) {})
	}
}

// editorCredential is the access token that the editor keeps.
func editorCredential(token func(context.Context) (string, error)) azcore.TokenCredential {
	return dataverse.TokenFunc(func(ctx context.Context) (string, error) {
		got, err := token(ctx)
		if err != nil && ctx.Err() == nil {
			return "", &dataverse.Error{Asked: "sign in", Message: "the editor gave no access token", Advice: "sign in there and try again"}
		}
		return got, err
	})
}

// validate implements lsp.Remote. Each call has a client of its own, so that what
// was changed in the organization meanwhile counts.
func (r *remote) validate(ctx context.Context, q lsp.RemoteRequest) ([]lsp.RemoteVerdict, error) {
	credential, err := r.credential(q)
	if err != nil {
		return nil, err
	}
	client, err := dataverse.New(dataverse.Config{
		URL: q.Organization, Credential: credential, Log: r.log,
		Paused: func(until time.Time) {
			q.Waits("the service asks for patience until " + until.Local().Format(time.TimeOnly))
		},
		Repeats: func(e *dataverse.Error) { q.Waits(e.Problem() + "; trying again") },
	})
	if err != nil {
		return nil, err
	}
	defer client.Close()
	var queries []dataverse.Query
	var asked []int // which of the request's
	for i, one := range q.Queries {
		if query, ok := dataverse.QueryOf(one.Definition.Definition, one.Name, one.Dialect); ok {
			queries = append(queries, query)
			asked = append(asked, i)
		}
	}
	verdicts := make([]lsp.RemoteVerdict, len(q.Queries))
	said, err := client.Validate(ctx, queries, q.Progress)
	for i, v := range said {
		one := q.Queries[asked[i]]
		var findings []check.Finding
		if v.Asked {
			findings = dataverse.Findings(v, one.Definition, one.Findings)
		}
		verdicts[asked[i]] = lsp.RemoteVerdict{Asked: v.Asked, Findings: findings}
	}
	return verdicts, err
}

// credential returns how to sign in: with the editor's token, else with that of
// the environment, else as the Azure tools do.
func (r *remote) credential(q lsp.RemoteRequest) (azcore.TokenCredential, error) {
	if q.Token != nil {
		return editorCredential(q.Token), nil
	}
	if r.clientOnly {
		return nil, &dataverse.Error{
			Asked: "sign in", Message: "with --listen, segls uses no access token and no sign-in of its own",
			Advice: "use an editor that gives access tokens, or one that starts segls itself",
		}
	}
	if r.token != "" {
		return dataverse.FixedToken(r.token), nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if c := r.credentials[q.Organization]; c != nil {
		return c, nil
	}
	c, err := signIn(q.Organization, q.Show)
	if err != nil {
		return nil, err
	}
	r.credentials[q.Organization] = c
	return c, nil
}
