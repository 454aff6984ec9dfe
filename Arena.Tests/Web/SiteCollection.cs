namespace Arena.Tests.Web;

/// <summary>One site for all tests that only add to it.</summary>
[CollectionDefinition("site")]
public sealed class SiteCollection : ICollectionFixture<SiteFixture>;
