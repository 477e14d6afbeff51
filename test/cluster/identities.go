package cluster

import (
	"os"

	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/clientcmd/api"

	"github.com/usage-operator/usage-operator/test/cluster/internal/pki"
)

// Authorities, and identities that are no users of the API server.
const (
	clusterAuthority    = "ca"
	etcdAuthority       = "etcd-ca"
	frontProxyAuthority = "front-proxy-ca"

	etcdIdentity       = "etcd"
	frontProxyIdentity = "front-proxy-client"
	servingIdentity    = "serving"
	serviceAccountKey  = "service-account"
)

// administrator is the user of the cluster's own kubeconfig.
const administrator = "admin"

// allUsers are who the API server can know by certificate. kwok and metrics-server come as the ServiceAccounts that the
// RBAC rules of their own projects are written for; the rules for the others are built into the API server.
var allUsers = map[string]pki.Subject{
	administrator:     {CommonName: administrator, Organizations: []string{"system:masters"}},
	ControllerManager: {CommonName: "system:kube-controller-manager"},
	Scheduler:         {CommonName: "system:kube-scheduler"},
	Kwok:              serviceAccount("kube-system", "kwok-controller"),
	MetricsServer:     serviceAccount("kube-system", "metrics-server"),
	Kubelet:           {CommonName: "system:node:" + nodeName(1), Organizations: []string{"system:nodes"}},
}

// users are the administrator and those who are components.
func (s state) users() map[string]pki.Subject {
	users := map[string]pki.Subject{administrator: allUsers[administrator]}
	for _, name := range s.componentNames() {
		if subject, ok := allUsers[name]; ok {
			users[name] = subject
		}
	}
	return users
}

func serviceAccount(namespace, name string) pki.Subject {
	return pki.Subject{
		CommonName:    "system:serviceaccount:" + namespace + ":" + name,
		Organizations: []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace},
	}
}

// makeCertificates creates what is missing. Who holds a certificate of one authority means nothing to the others:
// a user of the cluster gets neither into etcd nor may he speak for other users.
func makeCertificates(folder pki.Folder, users map[string]pki.Subject) error {
	cluster, err := folder.Authority(clusterAuthority)
	if err != nil {
		return err
	}
	for name, subject := range users {
		if err := cluster.Issue(name, subject); err != nil {
			return err
		}
	}
	// All servers are one machine, so one certificate serves them all.
	err = cluster.Issue(servingIdentity, pki.Subject{CommonName: "local-cluster", Hosts: []string{
		localhost, "localhost", serviceAddress, nodeAddress, metricsService + "." + metricsNamespace + ".svc",
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
	}})
	if err != nil {
		return err
	}
	etcd, err := folder.Authority(etcdAuthority)
	if err != nil {
		return err
	}
	if err := etcd.Issue(etcdIdentity, pki.Subject{CommonName: etcdIdentity, Hosts: []string{localhost}}); err != nil {
		return err
	}
	frontProxy, err := folder.Authority(frontProxyAuthority)
	if err != nil {
		return err
	}
	if err := frontProxy.Issue(frontProxyIdentity, pki.Subject{CommonName: frontProxyIdentity}); err != nil {
		return err
	}
	return folder.SigningKey(serviceAccountKey)
}

// writeKubeconfigs writes one file per user. They embed all that they need, so they can be copied elsewhere.
func writeKubeconfigs(l layout, server string, users map[string]pki.Subject) error {
	if err := os.MkdirAll(l.kubeconfigs(), 0o700); err != nil {
		return err
	}
	for user := range users {
		path := l.componentKubeconfig(user)
		if user == administrator {
			path = l.kubeconfig()
		}
		if err := writeKubeconfig(path, l.certificates(), server, user); err != nil {
			return err
		}
	}
	return nil
}

func writeKubeconfig(path string, certificates pki.Folder, server, user string) error {
	const local = "local"
	config := api.NewConfig()
	config.Clusters[local] = &api.Cluster{Server: server, CertificateAuthority: certificates.Certificate(clusterAuthority)}
	config.AuthInfos[user] = &api.AuthInfo{
		ClientCertificate: certificates.Certificate(user),
		ClientKey:         certificates.PrivateKey(user),
	}
	config.Contexts[local] = &api.Context{Cluster: local, AuthInfo: user}
	config.CurrentContext = local
	if err := api.FlattenConfig(config); err != nil {
		return err
	}
	return clientcmd.WriteToFile(*config, path)
}
