package demo

import (
	"context"
	"errors"
)

// membership levels by what the index of a user gives.
var memberships = [...]string{"BASIC", "SILVER", "GOLD"}

// people are the accounts; the id of the first is u1.
var people = [...]struct{ username, name, joinedOn, street, city, country string }{
	{"ada", "Ada Lovelace", "2019-03-02", "Analytical Way 1", "London", "GB"},
	{"grace", "Grace Hopper", "2019-05-17", "Compiler Street 9", "New York", "US"},
	{"alan", "Alan Turing", "2019-11-30", "Bletchley Road 3", "Manchester", "GB"},
	{"emmy", "Emmy Noether", "2020-01-08", "Invariantenweg 12", "Göttingen", "DE"},
	{"edsger", "Edsger Dijkstra", "2020-04-21", "Kortste Pad 7", "Rotterdam", "NL"},
	{"barbara", "Barbara Liskov", "2020-09-13", "Substitution Avenue 4", "Boston", "US"},
	{"konrad", "Konrad Zuse", "2021-02-28", "Methfesselstraße 7", "Berlin", "DE"},
	{"radia", "Radia Perlman", "2021-06-05", "Spanning Tree Lane 2", "Seattle", "US"},
	{"donald", "Donald Knuth", "2022-01-10", "Literate Drive 1", "Stanford", "US"},
	{"hedy", "Hedy Lamarr", "2022-08-19", "Frequenzgasse 5", "Wien", "AT"},
	{"tony", "Tony Hoare", "2023-03-27", "Quick Close 6", "Oxford", "GB"},
	{"katherine", "Katherine Johnson", "2024-07-04", "Orbit Court 8", "Hampton", "US"},
}

// User is an account of the shop, for those who log people in.
type User struct {
	ID       string // such as "u1"
	Username string
	Name     string
}

// Users lists the accounts in the order of their ids.
func Users() []User {
	users := make([]User, len(people))
	for i, p := range people {
		users[i] = User{ID: numbered("u", i), Username: p.username, Name: p.name}
	}
	return users
}

func user(i int) object {
	p := people[i]
	return object{
		"id": numbered("u", i), "username": p.username, "name": p.name, "email": p.username + "@shop.example",
		"joinedOn": p.joinedOn, "membership": memberships[i%len(memberships)],
		"addresses": []object{{"street": p.street, "city": p.city, "country": p.country}},
	}
}

func findUser(match func(object) bool) object {
	for i := range people {
		if u := user(i); match(u) {
			return u
		}
	}
	return nil
}

func accounts() *service {
	by := func(key string, value any) object {
		return findUser(func(u object) bool { return u[key] == value })
	}
	return &service{
		name: "accounts",
		resolvers: map[string]resolver{
			"Query.me": func(ctx context.Context, _ object, _ map[string]any) (any, error) {
				if id := header(ctx, "x-user-id"); id != "" {
					return by("id", id), nil
				}
				return user(0), nil
			},
			"Query.user": func(_ context.Context, _ object, args map[string]any) (any, error) {
				return by("id", args["id"]), nil
			},
			"Query.users": func(_ context.Context, _ object, args map[string]any) (any, error) {
				var users []object
				for i := range people {
					if u := user(i); args["membership"] == nil || args["membership"] == u["membership"] {
						users = append(users, u)
					}
				}
				return page(users, args)
			},
		},
		entities: map[string]entityResolver{
			"User": func(r map[string]any) object {
				if username, ok := r["username"]; ok {
					return by("username", username)
				}
				return by("id", r["id"])
			},
		},
	}
}

var errPage = errors.New("first must be between 0 and 50, and skip not negative")

// page cuts a list by the arguments first and skip; an argument that is null or that the field does not have means its
// whole range.
func page(list []object, args map[string]any) ([]object, error) {
	first, skip := integer(args, "first", 50), integer(args, "skip", 0)
	if first < 0 || first > 50 || skip < 0 {
		return nil, errPage
	}
	list = list[min(skip, len(list)):]
	return append([]object{}, list[:min(first, len(list))]...), nil
}
