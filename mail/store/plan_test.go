package store

import (
	"fmt"
	"os"
	"testing"
)

func TestPlanX(t *testing.T) {
	if os.Getenv("Q") == "" {
		t.Skip()
	}
	s := newStore(t)
	rows, err := s.pool.Query("EXPLAIN QUERY PLAN " + os.Getenv("Q"))
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var a, b, c int
		var d string
		rows.Scan(&a, &b, &c, &d)
		fmt.Println(a, b, d)
	}
}
