package store

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"poplar/mail"
)

func TestBigKeep(t *testing.T) {
	dir := os.Getenv("BIG")
	if dir == "" {
		t.Skip()
	}
	if _, err := os.Stat(dir + "/store.db"); err == nil {
		return
	}
	s, err := Open(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s.EnsureAccount(context.Background(), home)
	a := newAuthor(2)
	for n := 0; n < bigSize; n += 1000 {
		batch := make([]mail.Arrival, 1000)
		for i := range batch {
			batch[i] = a.message(n+i, 4<<10, 3500)
		}
		if _, err := s.Add(context.Background(), home, batch); err != nil {
			t.Fatal(err)
		}
	}
	s.Flush(context.Background())
	s.Close()
}

func TestBigLedger(t *testing.T) {
	dir := os.Getenv("BIG")
	if dir == "" {
		t.Skip()
	}
	s, err := Open(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		w, c := time.Now(), cpu()
		rows, err := s.Ledger(context.Background(), home)
		fmt.Println(len(rows), err, time.Since(w), cpu()-c)
	}
	s.Close()
}

func TestBigSearch(t *testing.T) {
	dir := os.Getenv("BIG")
	if dir == "" {
		t.Skip()
	}
	s, err := Open(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	a := newAuthor(2)
	for _, i := range []int{0, 3, 9, 20, 50, 100, 109, 500, 1000, 1009, 5000, 20000} {
		for _, q := range []string{a.words[i], a.words[i] + " " + a.words[i+1], "from:" + a.words[i], a.words[i][:min(3, len(a.words[i]))] + "*"} {
			e, _ := matchExpression(`"` + q + `"`)
			if q[len(q)-1] == '*' {
				e, _ = matchExpression(q)
			}
			var n int
			c := cpu()
			s.pool.QueryRow("SELECT count(*) FROM search WHERE search MATCH ?", e).Scan(&n)
			c1 := cpu() - c
			c = cpu()
			s.pool.QueryRow("SELECT group_concat(rowid) FROM search WHERE search MATCH ?", e).Scan(new([]byte))
			c2 := cpu() - c
			c = cpu()
			l, err := s.List(context.Background(), mail.Query{Text: q, Limit: 200})
			c3 := cpu() - c
			fmt.Println(i, e, n, "count", c1, "concat", c2, "list", c3, len(l), err)
		}
	}
	s.Close()
}

func TestBigPage(t *testing.T) {
	dir := os.Getenv("BIG")
	if dir == "" {
		t.Skip()
	}
	s, err := Open(context.Background(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		c := cpu()
		for i := range 1000 {
			if _, err := s.List(context.Background(), mail.Query{Limit: 50, Offset: i*20}); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Println("page", (cpu()-c)/1000)
	}
	s.Close()
}
