package signin

import (
	"context"
	"errors"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

type slow struct{ asked chan struct{} }

func (s slow) GetToken(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
	close(s.asked)
	<-ctx.Done()
	return azcore.AccessToken{}, ctx.Err()
}

// TestFirstThatEnds holds that who waits for another's sign-in can give up.
func TestFirstThatEnds(t *testing.T) {
	s := slow{make(chan struct{})}
	f := newFirstThat(s)
	ended := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer close(ended)
		_, _ = f.GetToken(ctx, policy.TokenRequestOptions{}) // ends with the test
	}()
	<-s.asked
	other, stop := context.WithCancel(t.Context())
	stop()
	if _, err := f.GetToken(other, policy.TokenRequestOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	cancel()
	<-ended
}
