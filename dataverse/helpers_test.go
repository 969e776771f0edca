package dataverse_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"go.uber.org/goleak"

	"segql/dataverse"
	"segql/dataverse/dataversetest"
)

// TestMain holds that no goroutine is left by any test of the package.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	theToken  = "eyJ0b2tlbi10aGF0LW5vYm9keS1tYXktc2Vl"
	segmentID = "e1fa7fdc-5c78-ea11-a811-000d3a8e8fcc"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// credential gives one token and counts how often it was asked.
type credential struct {
	token func(n int) azcore.AccessToken
	asked int
}

func (c *credential) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.asked++
	if c.token != nil {
		return c.token(c.asked), nil
	}
	if len(o.Scopes) != 1 || !strings.HasSuffix(o.Scopes[0], "/.default") {
		return azcore.AccessToken{}, fmt.Errorf("scopes %q", o.Scopes)
	}
	return azcore.AccessToken{Token: theToken, ExpiresOn: start.AddDate(1, 0, 0)}, nil
}

// a stage is a client with its double.
type stage struct {
	client *dataverse.Client
	double *dataversetest.Server
	server *httptest.Server
	clock  *dataversetest.FakeClock
	log    *strings.Builder
}

func newStage(t *testing.T, o dataversetest.Options, changes ...func(*dataverse.Config)) *stage {
	t.Helper()
	s := &stage{clock: dataversetest.NewFakeClock(start), log: &strings.Builder{}}
	o.Token, o.Clock = theToken, s.clock
	s.double = dataversetest.New(o)
	s.server = s.double.Start()
	config := dataverse.Config{
		URL: s.server.URL, Credential: &credential{}, Clock: s.clock,
		Log: slog.New(slog.NewTextHandler(s.log, nil)),
	}
	for _, change := range changes {
		change(&config)
	}
	var err error
	if s.client, err = dataverse.New(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.client.Close()
		s.server.Close()
	})
	return s
}

func ids(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%08x-0000-4000-9000-000000000000", i+1)
	}
	return all
}
