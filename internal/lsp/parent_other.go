//go:build !unix && !windows

package lsp

import "context"

// watchParent does nothing: these systems have no way to wait for a process
// that is not a child.
func (s *server) watchParent(context.Context, int) {}
