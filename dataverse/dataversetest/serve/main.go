// Serve starts the double of the Dataverse Web API, to try the commands without
// an organization:
//
//	go run ./dataverse/dataversetest/serve
//
// Everything is in memory and gone when it ends. It listens on this machine only.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"time"

	"segql/dataverse/dataversetest"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

func serve() error {
	port := flag.Int("port", 8091, "the port to listen on; 0 for any that is free")
	settle := flag.Duration("settle", 5*time.Second, "how long a segment is going live or stopping")
	busy := flag.Int("busy", 0, "answer every `n`th request with 429; 0 for none")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	var count atomic.Int64
	double := dataversetest.New(dataversetest.Options{
		Settle: *settle, Contacts: contacts(),
		Fault: func(*dataversetest.Call) dataversetest.Fault {
			if n := count.Add(1); *busy > 0 && n%int64(*busy) == 0 {
				return dataversetest.Fault{Kind: dataversetest.TooMany, Text: "3"}
			}
			return dataversetest.Fault{}
		},
	})
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(*port)))
	if err != nil {
		return fmt.Errorf("port %d cannot be used: choose another with -port, or 0 for any", *port)
	}
	fmt.Printf("A double of the Dataverse Web API listens. In another terminal:\n\n"+
		"\texport SEG_TOKEN=test\n\tseg validate --org http://%s examples/outbound\n\nInterrupt to end it.\n", listener.Addr())
	server := &http.Server{Handler: double, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close() // what is not answered yet is not worth waiting for
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// contacts are a few people to have segments of.
func contacts() []dataversetest.Contact {
	var all []dataversetest.Contact
	for i, name := range []string{"Ada Example", "Bo Sample", "Cy Demo", "Di Trial", "Ed Specimen"} {
		all = append(all, dataversetest.Contact{
			ID:   fmt.Sprintf("00000000-0000-4000-9000-%012d", i+1),
			Name: name, Mail: fmt.Sprintf("person%d@example.com", i+1),
		})
	}
	return all
}
