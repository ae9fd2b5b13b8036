// Resources of the catalog, groups, domains, and what a token says.
package main

import (
	"github.com/gophercloud/gophercloud"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/domains"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/endpoints"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/groups"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/regions"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/services"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/tokens"
	"github.com/gophercloud/gophercloud/openstack/identity/v3/users"
)

func makeService(client *gophercloud.ServiceClient, kind string) *services.Service {
	made, err := services.Create(client, services.CreateOpts{
		Type: kind, Enabled: &yes, Extra: map[string]interface{}{"name": "tf-" + kind, "description": "first"},
	}).Extract()
	check("create service", err)
	return made
}

func service(client *gophercloud.ServiceClient) {
	made := makeService(client, "tf-type")
	read, err := services.Get(client, made.ID).Extract()
	check("read", err)
	same("read", read, made)
	same("fields", []interface{}{read.Type, read.Enabled, read.Extra["name"], read.Extra["description"]},
		[]interface{}{"tf-type", true, "tf-tf-type", "first"})
	changed, err := services.Update(client, made.ID, services.UpdateOpts{
		Type: "tf-type", Enabled: &no, Extra: map[string]interface{}{"description": "second"},
	}).Extract()
	check("update", err)
	same("update", []interface{}{changed.Enabled, changed.Extra["description"]}, []interface{}{false, "second"})
	pages, err := services.List(client, services.ListOpts{ServiceType: "tf-type", Name: "tf-tf-type"}).AllPages()
	check("list", err)
	listed, err := services.ExtractServices(pages)
	check("list", err)
	same("list", listed, []services.Service{*changed})
	check("delete", services.Delete(client, made.ID).ExtractErr())
	_, err = services.Get(client, made.ID).Extract()
	gone("deleted", err)
}

func endpoint(client *gophercloud.ServiceClient) {
	of := makeService(client, "tf-endpoints")
	made, err := endpoints.Create(client, endpoints.CreateOpts{
		Availability: gophercloud.AvailabilityPublic, Name: "tf-endpoint", Region: "tf-region", URL: "http://a.test", ServiceID: of.ID,
	}).Extract()
	check("create", err)
	find := func() []endpoints.Endpoint {
		pages, err := endpoints.List(client, endpoints.ListOpts{
			Availability: gophercloud.AvailabilityPublic, ServiceID: of.ID, RegionID: "tf-region",
		}).AllPages()
		check("read", err)
		listed, err := endpoints.ExtractEndpoints(pages)
		check("read", err)
		return listed
	}
	same("read", find(), []endpoints.Endpoint{*made})
	changed, err := endpoints.Update(client, made.ID, endpoints.UpdateOpts{Name: "tf-2", URL: "http://b.test", Region: "tf-region"}).Extract()
	check("update", err)
	same("update", []string{changed.Name, changed.URL, changed.Region}, []string{"tf-2", "http://b.test", "tf-region"})
	_, err = client.Get(client.ServiceURL("endpoints", made.ID), nil, nil)
	check("show", err)
	check("delete", endpoints.Delete(client, made.ID).ExtractErr())
	same("deleted", len(find()), 0)
	check("delete service", services.Delete(client, of.ID).ExtractErr())
	check("delete region", regions.Delete(client, "tf-region").ExtractErr())
}

func group(client *gophercloud.ServiceClient) {
	made, err := groups.Create(client, groups.CreateOpts{
		Name: "tf-group", Description: "first", DomainID: "default", Extra: map[string]interface{}{"cost": "7"},
	}).Extract()
	check("create", err)
	read, err := groups.Get(client, made.ID).Extract()
	check("read", err)
	same("read", read, made)
	same("extra", read.Extra, map[string]interface{}{"cost": "7"})
	changed, err := groups.Update(client, made.ID, groups.UpdateOpts{Name: "tf-group-2", Description: text("")}).Extract()
	check("update", err)
	same("update", []string{changed.Name, changed.Description}, []string{"tf-group-2", ""})
	pages, err := groups.List(client, groups.ListOpts{DomainID: "default", Name: "tf-group-2"}).AllPages()
	check("list", err)
	listed, err := groups.ExtractGroups(pages)
	check("list", err)
	same("list", listed, []groups.Group{*changed})
	check("delete", groups.Delete(client, made.ID).ExtractErr())
	_, err = groups.Get(client, made.ID).Extract()
	gone("deleted", err)
}

func userMembership(client *gophercloud.ServiceClient) {
	who := makeUser(client, "tf-member")
	where, err := groups.Create(client, groups.CreateOpts{Name: "tf-members"}).Extract()
	check("create group", err)
	is := func() bool {
		yes, err := users.IsMemberOfGroup(client, where.ID, who.ID).Extract()
		check("read", err)
		return yes
	}
	same("before", is(), false)
	check("create", users.AddToGroup(client, where.ID, who.ID).ExtractErr())
	same("read", is(), true)
	check("delete", users.RemoveFromGroup(client, where.ID, who.ID).ExtractErr())
	same("deleted", is(), false)
	check("delete group", groups.Delete(client, where.ID).ExtractErr())
	check("delete user", users.Delete(client, who.ID).ExtractErr())
}

func domain(client *gophercloud.ServiceClient) {
	made, err := domains.Create(client, domains.CreateOpts{Name: "tf-domain", Description: "first", Enabled: &yes}).Extract()
	check("create", err)
	read, err := domains.Get(client, made.ID).Extract()
	check("read", err)
	same("read", read, made)
	_, err = domains.Update(client, made.ID, domains.UpdateOpts{Enabled: &no, Description: text("second")}).Extract()
	check("update", err)
	check("delete", domains.Delete(client, made.ID).ExtractErr())
	_, err = domains.Get(client, made.ID).Extract()
	gone("deleted", err)
}

func authScope(client *gophercloud.ServiceClient) {
	result := tokens.Get(client, client.Token())
	who, err := result.ExtractUser()
	check("user", err)
	where, err := result.ExtractProject()
	check("project", err)
	with, err := result.ExtractRoles()
	check("roles", err)
	catalog, err := result.ExtractServiceCatalog()
	check("catalog", err)
	same("names", []string{who.Name, who.Domain.Name, where.Name, where.Domain.ID}, []string{"admin", "Default", "admin", "default"})
	same("roles", len(with), 4)
	same("catalog", len(catalog.Entries) >= 5, true)
	token, err := result.ExtractToken()
	check("token", err)
	same("expires", token.ExpiresAt.IsZero(), false)
}
