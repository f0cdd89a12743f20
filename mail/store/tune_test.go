package store

import (
	"context"
	"fmt"
	"os"
	"poplar/mail"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(0, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func TestTune(t *testing.T) {
	if os.Getenv("TUNE") == "" {
		t.Skip()
	}
	if p := os.Getenv("PRAGMAS"); p != "" {
		writerPragmas = append(writerPragmas, strings.Split(p, ";")...)
	}
	s := newStore(t)
	for _, c := range strings.Fields(os.Getenv("FTS")) {
		k, v, _ := strings.Cut(c, "=")
		s.write(context.Background(), "", func(t *tx) error {
			n, _ := strconv.Atoi(v)
			_, err := t.exec("INSERT INTO search(search, rank) VALUES (?, ?)", k, n)
			return err
		})
	}
	n := 4000
	if os.Getenv("N") != "" {
		n, _ = strconv.Atoi(os.Getenv("N"))
	}
	a := newAuthor(1)
	all := make([]mail.Arrival, n)
	for i := range all {
		all[i] = a.message(i, 8<<10, 7<<10)
		if os.Getenv("NOTEXT") != "" {
			all[i].IndexText = ""
		}
		if os.Getenv("NORAW") != "" {
			all[i].Raw = mail.Bytes("x")
		}
		if os.Getenv("NOLEDGER") != "" {
			all[i].Ledger = nil
		}
	}
	batch := 100
	if b := os.Getenv("BATCH"); b != "" {
		batch, _ = strconv.Atoi(b)
	}
	w, c := time.Now(), cpu()
	for part := range slices.Chunk(all, batch) {
		add(t, s, part...)
	}
	fmt.Printf("add   wall %v cpu %v per message\n", time.Since(w)/time.Duration(n), (cpu()-c)/time.Duration(n))
	w, c = time.Now(), cpu()
	if os.Getenv("NOINDEX") != "" {
		return
	}
	ib := 500
	if b := os.Getenv("IBATCH"); b != "" {
		ib, _ = strconv.Atoi(b)
	}
	for {
		left, err := s.Index(context.Background(), ib)
		if err != nil {
			t.Fatal(err)
		}
		if left == 0 {
			break
		}
	}
	fmt.Printf("index wall %v cpu %v per message\n", time.Since(w)/time.Duration(n), (cpu()-c)/time.Duration(n))
	st, _ := os.Stat(s.dir + "/store.db")
	fmt.Println("db", st.Size()>>20)
	var segs, blocks int
	s.pool.QueryRow("select count(distinct segid), count(*) from search_idx").Scan(&segs, &blocks)
	s.pool.QueryRow("select sum(length(block)) from search_data").Scan(&blocks)
	fmt.Println("segments", segs, "index bytes MB", blocks>>20)
	w, c = time.Now(), cpu()
	s.Close()
	fmt.Printf("close wall %v cpu %v\n", time.Since(w), (cpu() - c))
}
